# Carol asks what she may do, buys a grant and pays.
echo "blue" > unknown.png
stemmad clear unknown.png --use adapt                                # exits with 5: nobody registered it
stemmad clear song.wav --use adapt --commercial
stemmad clear remix.wav --use distribute --commercial                # exits with 3: it needs a grant
stemmad clear remix.wav --use distribute --commercial --output json | grep '"verdict": "n'  # exits with 3
stemmad acquire remix.wav --from carol -y                            # exits with 3: at which price?
stemmad acquire remix.wav --max-fee '5.00 USDC' --from carol -y
stemmad clear remix.wav --use distribute --commercial --as carol
stemmad pay remix.wav 0.10 USDC --preview
stemmad pay remix.wav 0.10 USDC --from carol                       # exits with 1: nobody answers
stemmad pay remix.wav 0.10 USDC --from carol -y
stemmad pay remix.wav 99999999999999uusdc --from carol -y            # exits with 6: so much she does not have
stemmad balance alice
