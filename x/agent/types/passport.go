package types

import (
	"regexp"
	"strings"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// CheckActs fails with ErrSuspended or ErrExpired for an agent that does not act at this moment.
func (p Passport) CheckActs(now time.Time) error {
	if p.Status != STATUS_ACTIVE {
		return errorsmod.Wrapf(ErrSuspended, "%s is %s", p.Id, p.Status.Word())
	}
	if !now.Before(p.ExpiresAt) {
		return errorsmod.Wrapf(ErrExpired, "%s ended at %s: its controller renews it", p.Id, p.ExpiresAt.UTC().Format(time.RFC3339))
	}
	return nil
}

// Word is the status in a sentence.
func (s Status) Word() string {
	if word, ok := strings.CutPrefix(s.String(), "STATUS_"); ok {
		return strings.ToLower(word)
	}
	return "of no known status"
}

// CheckControl fails with ErrNotController.
func (p Passport) CheckControl(account string) error {
	if p.Controller != account {
		return errorsmod.Wrapf(ErrNotController, "%s controls %s, not %s", p.Controller, p.Id, account)
	}
	return nil
}

// PayoutAccount is where the agent is paid.
func (p Passport) PayoutAccount() string {
	if p.Payout != "" {
		return p.Payout
	}
	return p.Controller
}

// CheckActs fails with ErrKeyExpired for a key that has ended at this moment, and with ErrNotKey
// for one that was removed.
func (k Key) CheckActs(account string, now time.Time) error {
	if k.Limit == nil {
		return errorsmod.Wrapf(ErrNotKey, "%s was a key of %s, and is none any more", account, k.Agent)
	}
	if !now.Before(k.Limit.ExpiresAt) {
		return errorsmod.Wrapf(ErrKeyExpired, "%s was a key of %s until %s", account, k.Agent, k.Limit.ExpiresAt.UTC().Format(time.RFC3339))
	}
	return nil
}

// Holds says whether an attestation is neither past its end nor revoked.
func (a Attestation) Holds(now time.Time) bool {
	return a.RevokedAt == nil && (a.ExpiresAt == nil || now.Before(*a.ExpiresAt))
}

var schemaPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9./:_-]*$`)

// ValidateStatement checks schema, subject and payload. It fails with ErrInvalidAttestation or
// the registry's ErrInvalidDigest.
func ValidateStatement(schema, subject string, payload registrytypes.Digest) error {
	if len(schema) > MaxSchema || !schemaPattern.MatchString(schema) {
		return errorsmod.Wrapf(ErrInvalidAttestation, "schema: %q: it takes 1 to %d of a-z, 0-9 and ./:_-", clip(schema), MaxSchema)
	}
	if err := ValidateSubject(subject); err != nil {
		return err
	}
	return payload.Given("payload_sha256")
}

// ValidateSubject takes an agent, a work or an account, each in its one spelling. It fails with
// ErrInvalidAttestation.
func ValidateSubject(subject string) error {
	var err error
	switch {
	case strings.HasPrefix(subject, AgentHRP+"1"):
		_, err = ParseAgentID(subject)
	case strings.HasPrefix(subject, registrytypes.WorkPrefix+"1"):
		_, err = registrytypes.ParseWorkID(subject)
	default:
		var account sdk.AccAddress
		if account, err = sdk.AccAddressFromBech32(subject); err == nil && account.String() != subject {
			err = errorsmod.Wrapf(ErrInvalidAttestation, "write %s", account)
		}
	}
	if err != nil {
		return errorsmod.Wrapf(ErrInvalidAttestation, "subject: %q is no account, agent or work: %s", clip(subject), err)
	}
	return nil
}
