using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>
/// What an endpoint asks of its caller, stated where its route is mapped. <c>UseCaller</c> checks it before the handler's
/// parameters are read: who may not call learns nothing about what a body should look like.
/// </summary>
public static class AccessRules
{
    private static readonly object Checked = new();

    /// <summary>403 unless the caller's token carries the scope.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new RequiredScope(scope)).AddEndpointFilter(RefuseUncheckedAsync);

    /// <summary>
    /// For routes with <c>{org}</c>: an organization the caller has no part in looks like one that does not exist,
    /// so that its name is not given away.
    /// </summary>
    public static TBuilder RequireOrg<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new RequiredOrg()).AddEndpointFilter(RefuseUncheckedAsync);

    /// <summary>403 unless the caller's token spans every organization: for what concerns the hub as a whole.</summary>
    public static TBuilder RequireEveryOrg<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new RequiredEveryOrg()).AddEndpointFilter(RefuseUncheckedAsync);

    /// <summary>The refusal, or null when the caller may go on to the endpoint.</summary>
    internal static ProblemHttpResult? Check(HttpContext http, Caller caller)
    {
        http.Items[Checked] = Checked;
        if (http.GetEndpoint() is not { } endpoint) return null;
        if (endpoint.Metadata.GetMetadata<RequiredOrg>() is not null)
        {
            var org = (string?)http.Request.RouteValues["org"] ?? "";
            if (!caller.MayAct(org))
            {
                return Problem.Of(
                    StatusCodes.Status404NotFound,
                    ProblemCodes.OrgNotFound,
                    "There is no such organization",
                    $"The organization '{org}' does not exist, or the token does not belong to it.");
            }
        }

        // Scopes of a group and of its endpoint add up.
        foreach (var required in endpoint.Metadata.GetOrderedMetadata<RequiredScope>())
        {
            if (!caller.Has(required.Scope))
            {
                return Problem.Of(
                    StatusCodes.Status403Forbidden,
                    ProblemCodes.InsufficientScope,
                    "The token lacks a scope",
                    $"This needs the scope '{required.Scope}'; ask for a token that has it.");
            }
        }

        return endpoint.Metadata.GetMetadata<RequiredEveryOrg>() is null || caller.Org == Caller.EveryOrg
            ? null
            : Problem.Of(
                StatusCodes.Status403Forbidden,
                ProblemCodes.InsufficientScope,
                "The token is for one organization",
                "This needs a token for every organization (\"org\": \"*\").");
    }

    // A service that forgets UseCaller, or opens a path that has rules, must fail rather than serve everyone.
    private static ValueTask<object?> RefuseUncheckedAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        call.HttpContext.Items.ContainsKey(Checked)
            ? next(call)
            : throw new InvalidOperationException($"{call.HttpContext.Request.Path} has access rules that nobody checked: call UseCaller, and leave the path out of its open ones.");
}

/// <summary>The scope an endpoint requires, for documents and checks.</summary>
public sealed record RequiredScope(string Scope);

/// <summary>The endpoint's {org} must be one the caller may act in.</summary>
public sealed record RequiredOrg;

/// <summary>The endpoint concerns the hub as a whole, not one organization.</summary>
public sealed record RequiredEveryOrg;
