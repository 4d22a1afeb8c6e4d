#!/bin/sh
# A customer's whole errand at a merchant on regtest: opens a channel, pays, streams, closes, waits until the close is in a block, and compares what the merchant got with what was paid. Says what
# comes of each, and ends with status 0 only if all went well. Somebody has to mine: miner.sh does.
#
#   MERCHANT      the merchant's address
#   NODE          the node's RPC address
#   NODE_COOKIE   its cookie file
#   NODE_WALLET   the wallet of the node that the deposit comes from
#   DATA          folder of the customer's seed and store
#   BTCCHANNELS   how the customer's program is called
set -eu
: "${MERCHANT:?}" "${NODE:?}" "${NODE_COOKIE:?}" "${NODE_WALLET:?}" "${DATA:?}" "${BTCCHANNELS:?}"

capacity=100000
first=1000
count=200
amount=50
patience=60   # seconds for the close to be mined

btcchannels() { $BTCCHANNELS --network regtest --node "$NODE" --cookie-file "$NODE_COOKIE" --wallet "$NODE_WALLET" --data "$DATA" "$@"; }

echo "── opening a channel of $capacity sat at $MERCHANT"
opened=$(btcchannels open "$MERCHANT" "$capacity" --wait)
echo "$opened"
channel=$(echo "$opened" | head -n 1)

echo "── paying $first sat, then $count times $amount sat"
btcchannels pay "$channel" "$first"
btcchannels stream "$channel" --rate 100 --amount "$amount" --count "$count"

echo "── closing"
btcchannels close "$channel"
waited=0
while :; do
  btcchannels watch --once
  channels=$(btcchannels list --all --json)
  case $channels in *"\"channel\":\"$channel\",\"merchant\":\"$MERCHANT\",\"state\":\"closed\""*) break ;; esac
  if [ "$waited" -ge "$patience" ]; then
    echo "customer: the close is in no block after $patience s" >&2
    exit 1
  fi
  sleep 1
  waited=$((waited + 1))
done
btcchannels status "$channel"

paid=$((first + count * amount))
spend=${channels#*"\"channel\":\"$channel\""}
spend=${spend#*\"spend\":}
spend=${spend%%\}*}
case $spend in
  *"\"toMerchantSat\":$paid,"*) echo "The merchant got the $paid sat that were paid: $spend}" ;;
  *) echo "customer: the close pays the merchant something else than the $paid sat that were paid: $spend}" >&2; exit 1 ;;
esac
