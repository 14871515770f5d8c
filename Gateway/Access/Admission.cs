using System.Net;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;
using Switchyard.Contracts.Problems;
using Switchyard.Gateway.Denials;
using Switchyard.Gateway.Edge;
using Switchyard.Gateway.Forwarding;
using Switchyard.Gateway.Limits;
using Switchyard.Gateway.Routes;
using Switchyard.Gateway.Tokens;
using Switchyard.Storage.Audit;

namespace Switchyard.Gateway.Access;

/// <summary>Stands before every route of the table: who asks, may they, how much do they ask, is the hub open.</summary>
public sealed class Admission(
    RequestDelegate next, ProxyState proxy, ClusterChoice choice, OperatorTokens tokens, TokenLimits limits, AddressLockout lockout,
    DenialLog denials, GatewayTelemetry telemetry, IOptionsMonitor<MaintenanceOptions> maintenance, MaintenanceFlag maintenanceFlag,
    TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var pattern = context.GetReverseProxyFeature().Route.Config.RouteId;
        var (map, canaries) = proxy.Current;
        if (map.Find(pattern, context.Request.Method) is not { } row)
        {
            await (map.AllowedMethods(pattern) is { } allowed ? Refusal.WrongMethodAsync(context, allowed) : Refusal.NoSuchRouteAsync(context));
            return;
        }

        var org = row.NamesOrg ? context.Request.RouteValues["org"] as string : null;
        var judgement = Gate.Judge(row, org, context.Request.Headers.Authorization, tokens.Current, time.GetUtcNow());
        if (judgement.Verdict is not Verdict.MissingToken && !row.IsOpen && await IsLockedOutAsync(context, judgement, row)) return;
        if (judgement.Verdict is not Verdict.Admitted)
        {
            Audit(context, row, judgement);
            await Refusal.OfAsync(context, judgement.Verdict, row);
            return;
        }

        // From here on an empty answer is the service's own word.
        if (context.Features.Get<IStatusCodePagesFeature>() is { } pages) pages.Enabled = false;
        var passage = new Passage(row, judgement.Token);
        context.Features.Set(passage);
        if (row.StartsRuns && (maintenance.CurrentValue.Enabled || maintenanceFlag.IsOnFor(org)))
        {
            var closed = maintenance.CurrentValue;
            await Refusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ProblemCodes.Maintenance, "Maintenance", closed.Message, closed.RetryAfter);
            return;
        }

        choice.Choose(context, row, canaries[row.Cluster]);
        await (passage.Token is null ? next(context) : WithinLimitsAsync(context, passage.Token));
    }

    private async Task WithinLimitsAsync(HttpContext context, OperatorToken token)
    {
        var usage = limits.TryEnter(token, out var limit, out var wait);
        if (usage is null && limit is "concurrency") usage = await limits.WaitForRoomAsync(token, context.RequestAborted);
        if (usage is null)
        {
            telemetry.Limited(limit);
            await Refusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, ProblemCodes.RateLimited, "Too many requests",
                limit is "rate" ? "This token asks more often than it may." : "This token has as many requests in flight as it may.", wait);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            usage.Leave();
        }
    }

    /// <summary>Keeps the count of attempts, and answers for an address that made too many.</summary>
    private async Task<bool> IsLockedOutAsync(HttpContext context, Judgement judgement, GatewayRoute row)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        var isToken = judgement.Token is not null && judgement.Verdict is not Verdict.ExpiredToken;
        if (lockout.LockedFor(address) is { } left && !(isToken && lockout.IsKnown(address, judgement.Token!.Name)))
        {
            telemetry.Limited("lockout");
            Audit(context, row, new(Verdict.InvalidToken, Token: null), "The address is locked out.");
            await Refusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, ProblemCodes.RateLimited, "Too many attempts",
                "This address presented too many tokens that nobody gave out.", left);
            return true;
        }

        if (isToken) lockout.Succeeded(address, judgement.Token!.Name);
        else lockout.Failed(address);
        return false;
    }

    private void Audit(HttpContext context, GatewayRoute row, Judgement judgement, string? reason = null)
    {
        var (status, why) = judgement.Verdict switch
        {
            Verdict.MissingToken => (AuditStatus.MissingToken, null),
            Verdict.InvalidToken => (AuditStatus.InvalidToken, "The token is unknown."),
            Verdict.ExpiredToken => (AuditStatus.InvalidToken, "The token has expired."),
            Verdict.OtherOrg => (AuditStatus.Denied, "The token belongs to another organization."),
            _ when row.AdministratorsOnly => (AuditStatus.InsufficientScope, $"The token lacks the scope {row.Scope} in every organization."),
            _ => (AuditStatus.InsufficientScope, $"The token lacks the scope {row.Scope}."),
        };
        var token = judgement.Token;
        var denial = new Denial(
            token?.Org ?? DenialTally.Everyone, token?.Name ?? DenialTally.Anonymous, token?.Name, status, row.Name,
            context.Connection.RemoteIpAddress?.ToString(), reason ?? why);
        denials.Add(new DenialSeen(denial, Clip(context.Request.Path), System.Diagnostics.Activity.Current?.TraceId.ToHexString(), time.GetUtcNow()));
    }

    private static string Clip(string path) => path.Length <= 256 ? path : path[..256];
}
