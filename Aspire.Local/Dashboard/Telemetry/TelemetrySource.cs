using System.Collections.Concurrent;

namespace Aspire.Dashboard.Telemetry;

/// <summary>A key and its value as text, which is how people read and filter it.</summary>
public readonly record struct TelemetryAttribute(string Key, string Value);

/// <summary>A process that sends telemetry: <c>service.name</c> and <c>service.instance.id</c>.</summary>
public sealed record TelemetrySource(string Name, string? Instance, int Tint)
{
    /// <summary>Everything the process says about itself.</summary>
    public TelemetryAttribute[] Attributes { get; init; } = [];
}

/// <summary>The processes heard from so far; bounded, because a sender chooses the names.</summary>
public sealed class SourceRegistry
{
    private const int Most = 1000;
    private readonly ConcurrentDictionary<(string Name, string? Instance), TelemetrySource> sources = new();
    private readonly ConcurrentDictionary<string, int> tints = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names, each once, sorted.</summary>
    public IReadOnlyList<string> Names => [.. sources.Keys.Select(key => key.Name).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];

    internal TelemetrySource Get(TelemetryAttribute[] attributes)
    {
        var name = attributes.FirstOrDefault(a => a.Key == "service.name").Value ?? "unknown";
        var instance = attributes.FirstOrDefault(a => a.Key == "service.instance.id").Value;
        if (sources.TryGetValue((name, instance), out var known)) return known;

        // A colour per name, in the order of first sight, so that neighbours in a waterfall differ.
        var tint = tints.GetOrAdd(name, _ => tints.Count % 8);
        var source = new TelemetrySource(name, instance, tint) { Attributes = attributes };
        return sources.Count < Most ? sources.GetOrAdd((name, instance), source) : source;
    }
}
