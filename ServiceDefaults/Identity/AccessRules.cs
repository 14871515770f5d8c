using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>What an endpoint asks of its caller, stated where its route is mapped.</summary>
public static class AccessRules
{
    /// <summary>403 unless the caller's token carries the scope.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new RequiredScope(scope)).AddEndpointFilter(async (call, next) =>
            call.HttpContext.Caller().Has(scope)
                ? await next(call)
                : Problem.Of(
                    StatusCodes.Status403Forbidden,
                    ProblemCodes.InsufficientScope,
                    "The token lacks a scope",
                    $"This needs the scope '{scope}'; ask for a token that has it."));

    /// <summary>
    /// For routes with <c>{org}</c>: an organization the caller has no part in looks like one that does not exist,
    /// so that its name is not given away.
    /// </summary>
    public static TBuilder RequireOrg<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(async (call, next) =>
        {
            var org = (string?)call.HttpContext.Request.RouteValues["org"] ?? "";
            return call.HttpContext.Caller().MayAct(org)
                ? await next(call)
                : Problem.Of(
                    StatusCodes.Status404NotFound,
                    ProblemCodes.OrgNotFound,
                    "There is no such organization",
                    $"The organization '{org}' does not exist, or the token does not belong to it.");
        });
}

/// <summary>The scope an endpoint requires, for documents and for the gateway's own check.</summary>
public sealed record RequiredScope(string Scope);
