using Aspire.Dashboard.Live;

namespace Aspire.Dashboard.Metrics;

/// <summary>
/// All series of all instruments within one budget of points. When the budget is spent, the longest series gives up older points:
/// recent ones stay exact, hours grow coarse, and nothing that is still reported disappears.
/// </summary>
public sealed class MetricStore(int maxPoints)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Source, string Meter, string Name), InstrumentSeries> instruments = [];
    private int points;
    private int seriesCount;
    private long thinned;
    private long refused;

    internal ChangeSignal Changed { get; } = new();

    public int Points
    {
        get
        {
            lock (gate) return points;
        }
    }

    /// <summary>Older points merged into their neighbours, and samples of series beyond the limit.</summary>
    public (long Thinned, long Refused) Dropped
    {
        get
        {
            lock (gate) return (thinned, refused);
        }
    }

    public IReadOnlyList<Instrument> Instruments
    {
        get
        {
            lock (gate) return [.. instruments.Values.Select(i => i.Instrument)];
        }
    }

    /// <summary>A copy of the series of one instrument that the reader may keep.</summary>
    public IReadOnlyList<MetricSeries> Series(string source, string meter, string name)
    {
        lock (gate) return instruments.TryGetValue((source, meter, name), out var found) ? [.. found.Series.Values.Select(s => s.Copy())] : [];
    }

    public void Clear()
    {
        lock (gate)
        {
            instruments.Clear();
            points = 0;
            seriesCount = 0;
        }

        Changed.Raise();
    }

    internal void Add(List<MetricSample> samples)
    {
        if (samples.Count == 0) return;
        lock (gate)
        {
            foreach (var sample in samples) Add(sample);
            while (points > maxPoints) Thin();
        }

        Changed.Raise();
    }

    private void Add(in MetricSample sample)
    {
        var key = (sample.Instrument.Source, sample.Instrument.Meter, sample.Instrument.Name);
        var series = instruments.TryGetValue(key, out var instrument) ? instrument.Find(sample) : null;
        if (series is null)
        {
            // A quarter of the budget in series leaves each of them the few points that a line needs.
            if (seriesCount >= maxPoints / 4)
            {
                refused++;
                return;
            }

            instrument ??= instruments[key] = new(sample.Instrument);
            series = instrument.Begin(sample);
            seriesCount++;
        }

        points += series.Add(sample);
    }

    private void Thin()
    {
        MetricSeries? longest = null;
        foreach (var instrument in instruments.Values)
        {
            foreach (var series in instrument.Series.Values)
            {
                if (longest is null || series.Count > longest.Count) longest = series;
            }
        }

        var removed = longest!.Thin();
        points -= removed;
        thinned += removed;
    }

    private sealed class InstrumentSeries(Instrument instrument)
    {
        public Instrument Instrument { get; } = instrument;

        public Dictionary<string, MetricSeries> Series { get; } = new(StringComparer.Ordinal);

        public MetricSeries? Find(in MetricSample sample) => Series.GetValueOrDefault(KeyOf(sample));

        public MetricSeries Begin(in MetricSample sample) => Series[KeyOf(sample)] = new(sample.Source, sample.Attributes, sample.Bounds);

        private static string KeyOf(in MetricSample sample)
        {
            var attributes = sample.Attributes;
            Array.Sort(attributes, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
            return string.Concat(sample.Source.Instance, "\u0001", string.Join('\u0001', attributes.Select(a => a.Key + "\u0002" + a.Value)));
        }
    }
}
