#!/bin/sh
# Mines what a regtest chain needs to be of use, and goes on for as long as the node answers: first coins for a wallet of the node's, then a block whenever a transaction waits, and one every
# ten minutes, since a node whose newest block is old takes itself for one that has yet to catch up. Needs bitcoin-cli on the PATH.
#
#   NODE_HOST, NODE_PORT   the node's RPC
#   NODE_COOKIE            its cookie file
#   NODE_WALLET            the wallet that the coins go to; made where there is none
set -eu
: "${NODE_HOST:?}" "${NODE_PORT:?}" "${NODE_COOKIE:?}" "${NODE_WALLET:?}"

mature=101   # blocks until the first one's coins can be spent
longest=600  # seconds without a block

cli() { bitcoin-cli -regtest -rpcconnect="$NODE_HOST" -rpcport="$NODE_PORT" -rpccookiefile="$NODE_COOKIE" -rpcwallet="$NODE_WALLET" "$@"; }

# A node that was restarted may have forgotten that it is to load the wallet.
loaded=$(cli listwallets)
known=$(cli listwalletdir)
case $loaded in *"\"$NODE_WALLET\""*) ;; *)
  case $known in *"\"$NODE_WALLET\""*) cli loadwallet "$NODE_WALLET" true ;; *) cli createwallet "$NODE_WALLET" ;; esac ;;
esac
address=$(cli getnewaddress)
height=$(cli getblockcount)
if [ "$height" -lt "$mature" ]; then cli generatetoaddress $((mature - height)) "$address" >/dev/null; fi
echo "miner: there are coins in the wallet $NODE_WALLET; mining what comes"

quiet=$longest   # so that a block comes at once
while :; do
  waiting=$(cli getrawmempool)
  case $waiting in *'"'*) quiet=$longest ;; esac
  if [ "$quiet" -ge "$longest" ]; then
    cli generatetoaddress 1 "$address" >/dev/null
    quiet=0
  fi
  sleep 1
  quiet=$((quiet + 1))
done
