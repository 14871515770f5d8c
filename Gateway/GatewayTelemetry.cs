using System.Diagnostics.Metrics;

namespace Switchyard.Gateway;

/// <summary>The gateway's own metrics; their names are listed in docs/telemetry.md. No id is ever a tag.</summary>
public sealed class GatewayTelemetry
{
    public const string Name = "Switchyard.Gateway";

    private readonly Counter<long> _denied;
    private readonly Counter<long> _overflowed;
    private readonly Counter<long> _audited;
    private readonly Counter<long> _limited;
    private readonly Counter<long> _retried;

    public GatewayTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _denied = meter.CreateCounter<long>("gateway.denied", "{request}", "Requests refused for who asked, by status.");
        _overflowed = meter.CreateCounter<long>("gateway.audit.overflow", "{denial}", "Denials audited only as a count, because too many came at once.");
        _audited = meter.CreateCounter<long>("gateway.audit.written", "{entry}", "Audit entries written for denials.");
        _limited = meter.CreateCounter<long>("gateway.limited", "{request}", "Requests answered 429, by the limit that was reached.");
        _retried = meter.CreateCounter<long>("gateway.replica.retries", "{attempt}", "Requests given to another replica because one took no connection, by cluster.");
    }

    public void Denied(string status) => _denied.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Overflowed(long count) => _overflowed.Add(count);

    public void Audited(long entries) => _audited.Add(entries);

    public void Limited(string limit) => _limited.Add(1, new KeyValuePair<string, object?>("limit", limit));

    public void Retried(string cluster) => _retried.Add(1, new KeyValuePair<string, object?>("cluster", cluster));
}
