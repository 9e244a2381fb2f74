package c2pa

// Code is a status code of the specification (C2PA 2.2, clause 15.2.2), or one that the makers' library has beside it.
type Code string

// Codes of success.
const (
	AssertionMatch          Code = "assertion.hashedURI.match"
	DataHashMatch           Code = "assertion.dataHash.match"
	BoxesHashMatch          Code = "assertion.boxesHash.match"
	BMFFHashMatch           Code = "assertion.bmffHash.match"
	SignatureValidated      Code = "claimSignature.validated"
	SignatureInsideValidity Code = "claimSignature.insideValidity"
	CredentialTrusted       Code = "signingCredential.trusted"
	CredentialNotRevoked    Code = "signingCredential.ocsp.notRevoked"
	IngredientValidated     Code = "ingredient.manifest.validated"
	IngredientSignature     Code = "ingredient.claimSignature.validated"
	TimeStampTrusted        Code = "timeStamp.trusted"
	TimeStampValidated      Code = "timeStamp.validated"
)

// Codes of information: they make nothing invalid.
const (
	AdditionalExclusions     Code = "assertion.dataHash.additionalExclusionsPresent"
	AdditionalBMFFExclusions Code = "assertion.bmffHash.additionalExclusionsPresent" // of the makers' library
	UnknownProvenance        Code = "ingredient.unknownProvenance"
	OCSPSkipped              Code = "signingCredential.ocsp.skipped"
	TimeStampMalformed       Code = "timeStamp.malformed"
	TimeStampMismatch        Code = "timeStamp.mismatch"
	TimeStampOutsideValidity Code = "timeStamp.outsideValidity"
	TimeStampUntrusted       Code = "timeStamp.untrusted"
	// NotChecked is a code of ours: no file was given, so no binding was checked.
	NotChecked Code = "org.stemma.binding.notChecked"
)

// Codes of failure.
const (
	AlgorithmUnsupported     Code = "algorithm.unsupported"
	ActionMalformed          Code = "assertion.action.malformed"
	ActionIngredient         Code = "assertion.action.ingredientMismatch"
	ActionRedacted           Code = "assertion.action.redacted"
	BMFFHashMalformed        Code = "assertion.bmffHash.malformed"
	BMFFHashMismatch         Code = "assertion.bmffHash.mismatch"
	BoxesHashMalformed       Code = "assertion.boxesHash.malformed"
	BoxesHashUnknown         Code = "assertion.boxesHash.unknownBox"
	BoxesHashMismatch        Code = "assertion.boxesHash.mismatch"
	AssertionCBOR            Code = "assertion.cbor.invalid"
	AssertionJSON            Code = "assertion.json.invalid"
	DataHashMalformed        Code = "assertion.dataHash.malformed"
	DataHashMismatch         Code = "assertion.dataHash.mismatch"
	DataHashRedacted         Code = "assertion.dataHash.redacted"
	AssertionMismatch        Code = "assertion.hashedURI.mismatch"
	AssertionMissing         Code = "assertion.missing"
	AssertionOutside         Code = "assertion.outsideManifest"
	AssertionUndeclared      Code = "assertion.undeclared"
	AssertionNotRedacted     Code = "assertion.notRedacted"
	AssertionSelfRedacted    Code = "assertion.selfRedacted"
	IngredientMalformed      Code = "assertion.ingredient.malformed"
	MultipleHardBindings     Code = "assertion.multipleHardBindings"
	CloudDataMalformed       Code = "assertion.cloud-data.malformed"
	CloudDataHardBinding     Code = "assertion.cloud-data.hardBinding"
	CloudDataActions         Code = "assertion.cloud-data.actions"
	TimeStampAssertion       Code = "assertion.timestamp.malformed"
	ClaimCBOR                Code = "claim.cbor.invalid"
	ClaimMalformed           Code = "claim.malformed"
	ClaimMissing             Code = "claim.missing"
	ClaimMultiple            Code = "claim.multiple"
	HardBindingsMissing      Code = "claim.hardBindings.missing"
	SignatureMissing         Code = "claimSignature.missing"
	SignatureMismatch        Code = "claimSignature.mismatch"
	SignatureOutsideValidity Code = "claimSignature.outsideValidity"
	HashedURIMissing         Code = "hashedURI.missing"
	HashedURIMismatch        Code = "hashedURI.mismatch"
	GeneralError             Code = "general.error"
	IngredientSignMissing    Code = "ingredient.claimSignature.missing"
	IngredientSignMismatch   Code = "ingredient.claimSignature.mismatch"
	IngredientMissing        Code = "ingredient.manifest.missing"
	IngredientMismatch       Code = "ingredient.manifest.mismatch"
	CompressedInvalid        Code = "manifest.compressed.invalid"
	MultipleParents          Code = "manifest.multipleParents"
	UpdateInvalid            Code = "manifest.update.invalid"
	UpdateWrongParents       Code = "manifest.update.wrongParents"
	CredentialInvalid        Code = "signingCredential.invalid"
	CredentialUntrusted      Code = "signingCredential.untrusted"
	CredentialExpired        Code = "signingCredential.expired" // of the makers' library, beside claimSignature.outsideValidity
	CredentialRevoked        Code = "signingCredential.ocsp.revoked"
)

// Kind is what a code says: success, informational or failure.
type Kind string

// The kinds of codes.
const (
	Success       Kind = "success"
	Informational Kind = "informational"
	Failure       Kind = "failure"
)

var kinds = map[Code]Kind{
	AssertionMatch: Success, DataHashMatch: Success, BoxesHashMatch: Success, BMFFHashMatch: Success, SignatureValidated: Success,
	SignatureInsideValidity: Success, CredentialTrusted: Success, CredentialNotRevoked: Success, IngredientValidated: Success,
	IngredientSignature: Success, TimeStampTrusted: Success, TimeStampValidated: Success,

	AdditionalExclusions: Informational, AdditionalBMFFExclusions: Informational, UnknownProvenance: Informational,
	OCSPSkipped: Informational, TimeStampMalformed: Informational, TimeStampMismatch: Informational,
	TimeStampOutsideValidity: Informational, TimeStampUntrusted: Informational, NotChecked: Informational,
}

// Kind is what the code says. A code that isn't known is a failure.
func (c Code) Kind() Kind {
	if kind, found := kinds[c]; found {
		return kind
	}
	return Failure
}
