# SPDX-License-Identifier: GPL-2.0
# nftables: what a ruleset forbids does not arrive, what it allows does; counters.
nft flush ruleset
python3 -m http.server --bind 127.0.0.1 8001 >/dev/null 2>&1 &
python3 -m http.server --bind 127.0.0.1 8002 >/dev/null 2>&1 &
get() { curl -s -o /dev/null --max-time 20 -w '%{http_code}\n' http://127.0.0.1:$1/; }
for port in 8001 8002; do
	until ss -Hltn "sport = $port" | grep -q .; do sleep 0.2; done
done
get 8001; get 8002
nft -f - <<'rules'
table inet check {
	set closed { type inet_service; elements = { 8002 } }
	chain input {
		type filter hook input priority 0; policy accept;
		ct state established,related accept
		tcp dport 8001 counter accept
		tcp dport @closed counter reject with tcp reset
		icmp type echo-request drop
	}
	chain rewrite {
		type nat hook output priority -100;
		tcp dport 8003 dnat ip to 127.0.0.1:8001
	}
}
rules
[ $? = 0 ] || exit
get 8001
curl -s --max-time 10 http://127.0.0.1:8002/; echo $?
get 8003
ping -q -c 1 -W 2 127.0.0.1 | grep -o '100% packet loss'
nft list chain inet check input | grep -o 'packets [0-9]*'
nft -j list ruleset | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["nftables"]) > 8)'
nft flush ruleset
get 8002
ping -q -c 1 -W 20 127.0.0.1 | grep -o ' 0% packet loss'
echo 'table inet x { chain c { nonsense } }' | nft -f - 2>&1 | grep -o 'syntax error' | uniq
kill %1 %2
#= 200
#= 200
#= 200
#= 7
#= 200
#= 100% packet loss
#= packets 2
#= packets 1
#= True
#= 200
#=  0% packet loss
#= syntax error
