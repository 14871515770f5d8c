using Switchyard.Gateway.Tokens;

namespace Switchyard.Gateway.Access;

/// <summary>How the gate decides about a request.</summary>
public enum Verdict
{
    Admitted,
    MissingToken,
    InvalidToken,
    ExpiredToken,
    OtherOrg,
    InsufficientScope,
}

/// <summary>A verdict and the token it is about, when there is one.</summary>
public readonly record struct Judgement(Verdict Verdict, OperatorToken? Token);
