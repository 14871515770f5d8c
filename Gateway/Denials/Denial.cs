namespace Switchyard.Gateway.Denials;

/// <summary>One refused request, as far as the audit needs it. Two equal ones are the same denial, seen twice.</summary>
/// <remarks>Org is the token's, or everyone's when the request had none that counts. Route is method and pattern of the
/// table: bounded, so that a scan cannot make endless kinds of denials.</remarks>
public readonly record struct Denial(string Org, string Actor, string? TokenId, string Status, string Route, string? Ip, string? Reason);

/// <summary>A denial with what differs from one time to the next.</summary>
public readonly record struct DenialSeen(Denial Denial, string Path, string? TraceId, DateTimeOffset At);
