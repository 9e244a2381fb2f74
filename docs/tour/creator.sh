# Alice registers a song, says what may be done with it, and looks at what others see.
echo "la la la" > song.wav
stemmad register song.wav --title "First Light" --from alice         # exits with 1: nobody answers
stemmad register song.wav --title "First Light" --from alice -y
stemmad register song.wav --from bob -y                              # exits with 9: alice claims it
stemmad offer song.wav --from alice                                  # exits with 1: under which terms?
stemmad terms list --presets
stemmad offer song.wav commercial-remix-10 --from alice -y
stemmad show song.wav
stemmad show song.wav --output json | grep '"work1' | head -1
stemmad splits song.wav
