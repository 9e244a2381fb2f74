package types

import "fmt"

// Cover says whether what an owner was shown is no less than what stands now.
func (p Promises) Cover(now Promises) bool {
	return p.Grants >= now.Grants && p.Derivatives >= now.Derivatives && p.IrrevocableOffers >= now.IrrevocableOffers
}

// Describe says it in words.
func (p Promises) Describe() string {
	return fmt.Sprintf("grants for %d derivatives, %d derivatives, %d irrevocable offers", p.Grants, p.Derivatives, p.IrrevocableOffers)
}
