package main

const (
	flagFrom       = "from"
	flagKeyringDir = "keyring-dir"
	flagKeyring    = "keyring-backend"
)
