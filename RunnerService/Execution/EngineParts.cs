using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Telemetry;

namespace Switchyard.RunnerService.Execution;

/// <summary>What every run in flight shares.</summary>
public sealed class EngineParts(
    Journal.Journal journal, IOptions<EngineOptions> options, IOptions<JournalOptions> journalOptions, RunnerTelemetry telemetry, EngineMeters meters,
    TimeProvider time, Random chance)
{
    public Journal.Journal Journal => journal;
    public EngineOptions Options => options.Value;
    public bool LazyPureSteps { get; } = journalOptions.Value.LazyPureSteps;
    public RunnerTelemetry Telemetry => telemetry;
    public EngineMeters Meters => meters;
    public TimeProvider Time => time;

    /// <summary>Chance from 0 to 1, for jitter.</summary>
    public double Roll()
    {
        lock (chance) { return chance.NextDouble(); }
    }
}
