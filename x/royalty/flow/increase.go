package flow

import "math/big"

// MostHolders is up to how many holders somebody with a share may take a table by
// dividing that: half of the places are open to all, and of the other half as large a
// part as the share. So whatever holders of small shares do, a larger share can be
// divided among more.
func MostHolders(weight uint32) int { return MaxHolders/2 + int(weight)*(MaxHolders/2)/Whole }

// Increase returns what a receiver with the weight gets when the total that is
// paid to all rises from one amount to another: floor(to*weight/1e6) less
// floor(from*weight/1e6). So however a rise is cut into parts, a receiver has had
// floor(total*weight/1e6) in all, and the rest, less than a unit a receiver, is
// nobody's yet. to must not be below from.
func Increase(from, to *big.Int, weight uint32) *big.Int {
	var was big.Int
	due := part(new(big.Int), to, weight)
	return due.Sub(due, part(&was, from, weight))
}
