# Bob's service makes a remix of the song, and declares how.
echo "la la la, remixed" > remix.wav
stemmad derive remix.wav --from gone.wav --by bob -y                 # exits with 1: there is no such file
stemmad derive remix.wav --from song.wav --model acme/composer-2 --provider Acme --by bob --dry-run
stemmad derive remix.wav --from song.wav --model acme/composer-2 --provider Acme --by bob -y
stemmad lineage remix.wav
stemmad credits remix.wav
stemmad offer remix.wav commercial-use --price 5000000uusdc --from bob -y
