package termspec

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/registry/text"
)

// CanonicalSPDX is the spelling of an SPDX expression that terms are published in:
// names that the chain knows are taken in any case. What is no expression stays as
// it is, for Validate to refuse.
func CanonicalSPDX(s string) string {
	if canonical, err := names.Canonical(s); err == nil {
		return canonical
	}
	return s
}

// checkSPDX checks that the expression names what applies: one licence or several
// joined by AND, each known to the chain or a LicenseRef, in the canonical spelling,
// since equal terms have one id.
func checkSPDX(s string) error {
	licence, err := names.Read(s)
	if err != nil {
		return err
	}
	if canonical := licence.String(); canonical != s {
		return fmt.Errorf("%q is written %q", s, canonical)
	}
	return nil
}

func checkURI(s string) error {
	if err := text.CheckURI("uri", s, maxURI); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "uri "))
	}
	return nil
}

// checkDigest takes none too.
func checkDigest(s string) error {
	if s == "" {
		return nil
	}
	if bz, err := hex.DecodeString(s); err != nil || len(bz) != 32 || s != strings.ToLower(s) {
		return fmt.Errorf("must be a SHA-256 of 64 lower-case hex digits, not %q", s)
	}
	return nil
}

// checkAccount takes none too. An account has one spelling, since equal terms have
// one id.
func checkAccount(s string) error {
	if s == "" {
		return nil
	}
	account, err := sdk.AccAddressFromBech32(s)
	if err != nil {
		return fmt.Errorf("%q is no account address: %s", s, err)
	}
	if account.String() != s {
		return fmt.Errorf("%q is written %q", s, account.String())
	}
	return nil
}

func checkUses(uses []Action) error {
	for i, use := range uses {
		if err := ActionEnum.check(int32(use)); err != nil {
			return err
		}
		if i > 0 && uses[i-1] >= use {
			return fmt.Errorf("must be sorted and unique: %s comes after %s", ActionEnum.Name(int32(use)), ActionEnum.Name(int32(uses[i-1])))
		}
	}
	return nil
}

func checkRate(t Terms) error {
	if t.RoyaltyRate > MaxRate {
		return fmt.Errorf("is %d ppm, the whole is %d", t.RoyaltyRate, MaxRate)
	}
	return nil
}

// checkPerGrant: one is what is said by leaving it out, since equal terms have one id.
func checkPerGrant(t Terms) error {
	if t.DerivativesPerGrant == 1 {
		return fmt.Errorf("must not be 1: leave it out, a grant serves one derivative then")
	}
	return nil
}

// checkUsesPerGrant: what renewals add to has to stay far below what a grant can hold.
func checkUsesPerGrant(t Terms) error {
	if t.UsesPerGrant > MaxUsesPerGrant {
		return fmt.Errorf("is %d, at most %d are allowed: leave it out to count no uses", t.UsesPerGrant, MaxUsesPerGrant)
	}
	return nil
}

// CheckPrices checks alternatives: positive coins, sorted, one a denom.
func CheckPrices(prices sdk.Coins) error {
	if len(prices) > MaxPrices {
		return fmt.Errorf("has %d alternatives, at most %d are allowed", len(prices), MaxPrices)
	}
	for _, coin := range prices {
		if coin.IsNil() { // Coins.Validate dereferences it
			return fmt.Errorf("has a coin of %q without an amount", coin.Denom)
		}
	}
	if err := prices.Validate(); err != nil {
		return fmt.Errorf("must list positive coins, one a denom, sorted by denom: %w", err)
	}
	return nil
}

func checkDuration(t Terms) error {
	if d := t.Duration; d != nil && (*d < time.Second || *d > MaxDuration || *d%time.Second != 0) {
		return fmt.Errorf("must be whole seconds from 1s to %s, not %s: leave it out for no end", MaxDuration, *d)
	}
	return nil
}

// checkList checks words, each by itself, and that they are sorted and unique.
func checkList(list []string, most int, word func(string) error) error {
	if len(list) > most {
		return fmt.Errorf("has %d entries, at most %d are allowed", len(list), most)
	}
	for i, one := range list {
		if err := word(one); err != nil {
			return err
		}
		if i > 0 && list[i-1] >= one {
			return fmt.Errorf("must be sorted and unique: %q comes after %q", one, list[i-1])
		}
	}
	return nil
}

// medium is the form of a medium's name.
var medium = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// CheckMedium refuses what is no name of a medium.
func CheckMedium(name string) error {
	if !medium.MatchString(name) {
		return fmt.Errorf("has %q: use 1 to 32 lower-case letters, digits and hyphens", name)
	}
	return nil
}
