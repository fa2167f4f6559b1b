/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a notebook has and QEMU's machines have not, as a table of firmware's: a battery, a
 * power supply, a lid and a temperature. Some figures come from where such programs reach:
 * a PCI device's configuration, memory of the BIOS, a port.
 */
DefinitionBlock ("", "SSDT", 2, "L4", "PARTS", 1)
{
	External (\_SB.PCI0, DeviceObj)

	Scope (\_SB.PCI0)
	{
		Device (HOST)
		{
			Name (_ADR, 0)
			OperationRegion (CONF, PCI_Config, 0, 4)
			Field (CONF, WordAcc, NoLock, Preserve) { VEND, 16 }
		}
	}

	Scope (\_SB)
	{
		OperationRegion (BIOS, SystemMemory, 0xFFFF0, 16)
		Field (BIOS, ByteAcc, NoLock, Preserve) { JUMP, 8 }
		OperationRegion (CLCK, SystemIO, 0x70, 2)
		Field (CLCK, ByteAcc, NoLock, Preserve) { INDX, 8, DATA, 8 }
		IndexField (INDX, DATA, ByteAcc, NoLock, Preserve) { Offset (0x0D), VALD, 8 }

		Device (BAT0)
		{
			Name (_HID, EisaId ("PNP0C0A"))
			Name (_UID, 1)
			Name (_PCL, Package () { \_SB })
			Method (_STA) { Return (0x1F) }
			Method (_BIF)
			{
				Name (INFO, Package () { 1, 0, 0, 1, 12000, 500, 100, 10, 10, "L4-9", "77", "LION", "tests" })
				INFO [1] = \_SB.PCI0.HOST.VEND
				INFO [2] = JUMP * 100
				Return (INFO)
			}
			Method (_BST)
			{
				Name (STAT, Package () { 1, 700, 3210, 0 })
				STAT [3] = VALD * 90
				Return (STAT)
			}
		}

		Device (ADP0)
		{
			Name (_HID, "ACPI0003")
			Name (_PCL, Package () { \_SB })
			Method (_PSR) { Return (0) }
		}

		Device (LID0)
		{
			Name (_HID, EisaId ("PNP0C0D"))
			Method (_LID) { Return (1) }
		}

		ThermalZone (TZ00)
		{
			Method (_TMP) { Return (3132) }
			Method (_CRT) { Return (3732) }
		}
	}
}
