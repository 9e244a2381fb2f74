# Dave runs a node.
stemmad init dave --chain-id stemma-1 --home dave
stemmad start --home dave                                            # exits with 14: it has the genesis of nobody
stemmad start --home nowhere                                         # exits with 1: there is no node
stemmad check                                                        # exits with 1: the node runs
stemmad check --genesis "$STEMMAD_HOME/config/genesis.json"
stemmad prune some                                                   # exits with 1: what is some?
stemmad query slashing signing-infos --output json | grep -c address
stemmad balance node0
stemmad balance node0 --node tcp://127.0.0.1:1                       # exits with 8: no node answers
