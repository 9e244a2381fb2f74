package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Attest says something of a subject, by its digest. The same can be said once; a revoked
// statement stays revoked.
func (k Keeper) Attest(
	ctx context.Context, issuer sdk.AccAddress, schema, subject string, payload registrytypes.Digest, expiresAt *time.Time,
) (attestationID, error) {
	id := types.NewAttestationID(issuer, schema, subject, payload)
	if _, found, err := k.Attestations.Find(ctx, id); err != nil || found {
		return id, errorsmod.Wrapf(orAlready(err), "%s says this of %s already", issuer, subject)
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if expiresAt != nil && !expiresAt.After(now) {
		return id, errorsmod.Wrapf(types.ErrInvalidAttestation, "expires_at is %s, which has come", expiresAt.UTC().Format(time.RFC3339))
	}
	a := types.Attestation{
		Id: id, Issuer: issuer.String(), Schema: schema, Subject: subject, PayloadSha256: payload, IssuedAt: now, ExpiresAt: expiresAt,
	}
	if err := k.putAttestation(ctx, a, issuer); err != nil {
		return id, err
	}
	return id, events.Emit(ctx, &types.EventAttested{Attestation: a})
}

func (k Keeper) putAttestation(ctx context.Context, a types.Attestation, issuer sdk.AccAddress) error {
	if err := k.Attestations.Set(ctx, a.Id, a); err != nil {
		return err
	}
	if err := k.BySubject.Set(ctx, collections.Join3(a.Subject, issuer, a.Id)); err != nil {
		return err
	}
	return k.ByIssuer.Set(ctx, collections.Join(issuer, a.Id))
}

// BlankAttestation takes the text of an attestation's schema back, for its issuer or governance. What it is of and the digests
// stay, and it holds as before.
func (k Keeper) BlankAttestation(ctx context.Context, sender sdk.AccAddress, id attestationID) error {
	a, err := k.attestation(ctx, id)
	switch {
	case err != nil:
		return err
	case a.Issuer != sender.String() && k.authority != sender.String():
		return errorsmod.Wrapf(types.ErrInvalidAttestation, "%s is by %s, who takes its text back, or governance", id, a.Issuer)
	case a.Schema == "":
		return errorsmod.Wrapf(types.ErrNothingToBlank, "%s: its schema is blanked already", id)
	}
	a.SchemaBlankedSha256, a.Schema = types.SchemaDigest(a.Schema), ""
	if err := k.Attestations.Set(ctx, id, a); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventAttestationBlanked{Attestation: id, Subject: a.Subject, Sender: sender.String()})
}

func (k Keeper) attestation(ctx context.Context, id attestationID) (types.Attestation, error) {
	a, found, err := k.Attestations.Find(ctx, id)
	if err == nil && !found {
		err = errorsmod.Wrapf(types.ErrAttestationNotFound, "%s", id)
	}
	return a, err
}

// RevokeAttestation takes an attestation back, for its issuer.
func (k Keeper) RevokeAttestation(ctx context.Context, issuer sdk.AccAddress, id attestationID) error {
	a, err := k.attestation(ctx, id)
	switch {
	case err != nil:
		return err
	case a.Issuer != issuer.String():
		return errorsmod.Wrapf(types.ErrInvalidAttestation, "%s is by %s, who alone takes it back", id, a.Issuer)
	case a.RevokedAt != nil:
		return errorsmod.Wrapf(types.ErrInvalidAttestation, "%s was revoked at %s", id, a.RevokedAt.UTC().Format(time.RFC3339))
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	a.RevokedAt = &now
	if err := k.Attestations.Set(ctx, id, a); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventAttestationRevoked{Attestation: id, Subject: a.Subject})
}
