package walletfiles

// BuildOf reads what a node says of its build.
var BuildOf = buildOf
