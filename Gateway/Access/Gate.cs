using Microsoft.Extensions.Primitives;
using Switchyard.Gateway.Routes;
using Switchyard.Gateway.Tokens;

namespace Switchyard.Gateway.Access;

/// <summary>Decides who may pass a row of the table. Pure: no clock, no I/O.</summary>
public static class Gate
{
    /// <summary>Judges one request; <paramref name="org"/> is the organization that its path names, when the row has one.</summary>
    public static Judgement Judge(GatewayRoute row, string? org, StringValues authorization, TokenDirectory tokens, DateTimeOffset now)
    {
        if (row.IsOpen) return new(Verdict.Admitted, null);
        if (!BearerHeader.TryRead(authorization, out var presented)) return new(Verdict.MissingToken, null);
        if (tokens.Find(presented) is not { } token) return new(Verdict.InvalidToken, null);
        if (token.IsExpired(now)) return new(Verdict.ExpiredToken, token);

        // The organization comes before the scope: a stranger learns nothing, not even which scope is asked for.
        if (row.NamesOrg && (org is null || !token.Reaches(org))) return new(Verdict.OtherOrg, token);
        var mayEnter = token.Holds(row.Scope!) && (token.IsAdministrator || !row.AdministratorsOnly);
        return new(mayEnter ? Verdict.Admitted : Verdict.InsufficientScope, token);
    }
}
