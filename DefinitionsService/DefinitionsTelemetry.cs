using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Switchyard.DefinitionsService;

/// <summary>Every span and metric of this service; docs/telemetry.md lists the same names.</summary>
public sealed class DefinitionsTelemetry
{
    public const string Name = "Switchyard.Definitions";

    private static readonly ActivitySource Source = new(Name);
    private readonly Counter<long> _applied;
    private readonly Histogram<double> _applyTime;
    private readonly Counter<long> _linted;

    public DefinitionsTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _applied = meter.CreateCounter<long>("definitions.applied", "{document}", "Documents applied, by outcome.");
        _applyTime = meter.CreateHistogram<double>("definitions.apply.duration", "s", "From the linted document to the answer, by outcome.");
        _linted = meter.CreateCounter<long>("definitions.linted", "{document}", "Documents linted, whether applied or not, by result.");
    }

    public static Activity? Applying(string org, string slug, string version) =>
        Source.StartActivity("definition.apply")?
            .SetTag("switchyard.org", org).SetTag("switchyard.workflow", slug).SetTag("switchyard.version", version);

    public void Applied(Activity? span, string outcome, TimeSpan took)
    {
        span?.SetTag("switchyard.outcome", outcome);
        _applied.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _applyTime.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void Linted(string result) => _linted.Add(1, new KeyValuePair<string, object?>("result", result));
}
