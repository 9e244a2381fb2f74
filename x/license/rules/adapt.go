package rules

// Adaptation is how somebody wants to derive from a work.
type Adaptation struct {
	// Training: a model is trained on the work; else the work is adapted.
	Training bool
	// Granted: the deriver holds a grant.
	Granted bool
	// Public: the offer asks for nothing, so that it is itself the permission.
	Public bool
}

// Adapt decides whether terms permit deriving from a work. Adding a
// restriction to terms never turns a refusal into a permission.
func Adapt(t Terms, a Adaptation) Verdict {
	var v Verdict
	if a.Training {
		v.refuse(trains(t, a))
	} else if t.Derivatives == DerivativesNone {
		v.refuse(NoDerivatives)
	}
	if !a.Granted && !a.Public {
		v.refuse(NeedsGrant)
	}
	return v
}

// trains answers training: terms that do not mention it permit it as far as
// they permit adapting.
func trains(t Terms, a Adaptation) Code {
	switch t.Training {
	case Allow:
		return ""
	case Paid:
		if a.Granted || !a.Public { // without either, needs_grant says it
			return ""
		}
		return NeedsGrant
	case Unset:
		if t.Derivatives == DerivativesNone {
			return NoDerivatives
		}
		return ""
	default:
		return TrainingDenied
	}
}

func (v *Verdict) refuse(code Code) {
	if code != "" {
		v.Refusals = append(v.Refusals, Reason{Code: code})
	}
}
