# SPDX-License-Identifier: GPL-2.0
# The devices, and which driver has which.
lspci -k | sed 's/^[^ ]* //' | grep -v -i 'subsystem\|modules'
