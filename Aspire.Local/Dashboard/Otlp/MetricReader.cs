using Aspire.Dashboard.Metrics;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Otlp;

/// <summary>Reads ExportMetricsServiceRequest; the field numbers are those of opentelemetry/proto/metrics/v1/metrics.proto.</summary>
internal static class MetricReader
{
    private const int Delta = 1;

    // DataPointFlags: a point with this flag says only that nothing was recorded.
    private const ulong NoRecordedValue = 1;

    /// <summary>ExportMetricsServiceRequest: resource_metrics = 1. Summaries, which no current SDK makes, are counted in <paramref name="rejected"/>.</summary>
    public static List<MetricSample> Read(ReadOnlySpan<byte> request, SourceRegistry sources, out int rejected)
    {
        var samples = new List<MetricSample>();
        rejected = 0;
        var reader = new ProtoReader(request);
        while (reader.Next())
        {
            if (reader.Field == 1) ReadResource(reader.Bytes(), sources, samples, ref rejected);
            else reader.Skip();
        }

        return samples;
    }

    // ResourceMetrics: resource = 1, scope_metrics = 2.
    private static void ReadResource(ReadOnlySpan<byte> message, SourceRegistry sources, List<MetricSample> samples, ref int rejected)
    {
        TelemetrySource? source = null;
        for (var first = new ProtoReader(message); first.Next();)
        {
            if (first.Field == 1) source = CommonReader.Source(first.Message(), sources);
            else first.Skip();
        }

        source ??= sources.Get([]);
        for (var second = new ProtoReader(message); second.Next();)
        {
            if (second.Field == 2) ReadScope(second.Bytes(), source, samples, ref rejected);
            else second.Skip();
        }
    }

    // ScopeMetrics: scope = 1, metrics = 2.
    private static void ReadScope(ReadOnlySpan<byte> message, TelemetrySource source, List<MetricSample> samples, ref int rejected)
    {
        var meter = "";
        for (var first = new ProtoReader(message); first.Next();)
        {
            if (first.Field == 1) meter = CommonReader.ScopeName(first.Message());
            else first.Skip();
        }

        for (var second = new ProtoReader(message); second.Next();)
        {
            if (second.Field == 2) ReadMetric(second.Bytes(), source, meter, samples, ref rejected);
            else second.Skip();
        }
    }

    // Metric: name = 1, description = 2, unit = 3, gauge = 5, sum = 7, histogram = 9, exponential_histogram = 10, summary = 11.
    private static void ReadMetric(ReadOnlySpan<byte> message, TelemetrySource source, string meter, List<MetricSample> samples, ref int rejected)
    {
        string name = "", description = "", unit = "";
        for (var first = new ProtoReader(message); first.Next();)
        {
            switch (first.Field)
            {
                case 1: name = first.Name(); break;
                case 2: description = first.Name(); break;
                case 3: unit = first.Name(); break;
                default: first.Skip(); break;
            }
        }

        var instrument = new Instrument(source.Name, meter, name, unit, description, InstrumentKind.Gauge);
        for (var second = new ProtoReader(message); second.Next();)
        {
            switch (second.Field)
            {
                case 5 or 7 or 9 or 10: ReadData(second.Field, second.Bytes(), instrument, source, samples); break;
                case 11:
                    second.Skip();
                    rejected++;
                    break;
                default: second.Skip(); break;
            }
        }
    }

    // Gauge, Sum, Histogram, ExponentialHistogram: data_points = 1, aggregation_temporality = 2; Sum only: is_monotonic = 3.
    private static void ReadData(int shape, ReadOnlySpan<byte> data, Instrument instrument, TelemetrySource source, List<MetricSample> samples)
    {
        bool isDelta = false, isMonotonic = false;
        for (var first = new ProtoReader(data); first.Next();)
        {
            switch (first.Field)
            {
                case 2: isDelta = first.Varint() == Delta; break;
                case 3: isMonotonic = first.Varint() != 0; break;
                default: first.Skip(); break;
            }
        }

        var kind = shape switch
        {
            5 => InstrumentKind.Gauge,
            7 => isMonotonic ? InstrumentKind.Counter : InstrumentKind.UpDownCounter,
            _ => InstrumentKind.Histogram,
        };
        instrument = instrument with { Kind = kind };
        for (var second = new ProtoReader(data); second.Next();)
        {
            if (second.Field != 1)
            {
                second.Skip();
                continue;
            }

            var sample = shape switch
            {
                5 or 7 => ReadNumber(second.Message()),
                9 => HistogramReader.ReadExplicit(second.Message()),
                _ => HistogramReader.ReadExponential(second.Message()),
            };
            if (sample is { } found) samples.Add(found with { Instrument = instrument, Source = source, IsDelta = isDelta });
        }
    }

    // NumberDataPoint: start_time = 2, time = 3, as_double = 4, as_int = 6, attributes = 7, flags = 8.
    private static MetricSample? ReadNumber(ProtoReader point)
    {
        long start = 0, at = 0;
        double value = 0;
        ulong flags = 0;
        var attributes = new TakenList<TelemetryAttribute>();
        while (point.Next())
        {
            switch (point.Field)
            {
                case 2: start = unchecked((long)point.Fixed64()); break;
                case 3: at = unchecked((long)point.Fixed64()); break;
                case 4: value = point.Double(); break;
                case 6: value = unchecked((long)point.Fixed64()); break;
                case 7: attributes.Add(CommonReader.Attribute(point.Message())); break;
                case 8: flags = point.Varint(); break;
                default: point.Skip(); break;
            }
        }

        return (flags & NoRecordedValue) != 0 ? null : new(null!, null!, attributes.ToArray(), start, at, false, new(value), []);
    }
}
