using Aspire.Dashboard.Metrics;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Otlp;

/// <summary>Reads the two kinds of histogram points of metrics.proto; both become counts between explicit bounds.</summary>
internal static class HistogramReader
{
    // The bounds of an exponential histogram move with its scale; counts between fixed bounds can be subtracted over time.
    private static readonly double[] CommonBounds =
        [.001, .0025, .005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000, 100000, 1000000];

    // HistogramDataPoint: start_time = 2, time = 3, count = 4, sum = 5, bucket_counts = 6, explicit_bounds = 7, attributes = 9.
    public static MetricSample? ReadExplicit(ProtoReader point)
    {
        long start = 0, at = 0;
        ulong count = 0;
        double sum = 0;
        var buckets = new List<ulong>();
        var bounds = new List<ulong>();
        var attributes = new TakenList<TelemetryAttribute>();
        while (point.Next())
        {
            switch (point.Field)
            {
                case 2: start = unchecked((long)point.Fixed64()); break;
                case 3: at = unchecked((long)point.Fixed64()); break;
                case 4: count = point.Fixed64(); break;
                case 5: sum = point.Double(); break;
                case 6: point.Fixed64s(buckets); break;
                case 7: point.Fixed64s(bounds); break;
                case 9: attributes.Add(CommonReader.Attribute(point.Message())); break;
                default: point.Skip(); break;
            }
        }

        if (buckets.Count != 0 && buckets.Count != bounds.Count + 1) throw new InvalidDataException("A histogram has one bucket more than bounds.");
        return new(null!, null!, attributes.ToArray(), start, at, false, new(sum, count, [.. buckets]), [.. bounds.Select(BitConverter.UInt64BitsToDouble)]);
    }

    // ExponentialHistogramDataPoint: attributes = 1, start_time = 2, time = 3, count = 4, sum = 5, scale = 6, zero_count = 7, positive = 8.
    public static MetricSample? ReadExponential(ProtoReader point)
    {
        long start = 0, at = 0;
        ulong count = 0, zeros = 0;
        double sum = 0;
        var scale = 0;
        ReadOnlySpan<byte> positive = default;
        var attributes = new TakenList<TelemetryAttribute>();
        while (point.Next())
        {
            switch (point.Field)
            {
                case 1: attributes.Add(CommonReader.Attribute(point.Message())); break;
                case 2: start = unchecked((long)point.Fixed64()); break;
                case 3: at = unchecked((long)point.Fixed64()); break;
                case 4: count = point.Fixed64(); break;
                case 5: sum = point.Double(); break;
                case 6: scale = point.SInt32(); break;
                case 7: zeros = point.Fixed64(); break;
                case 8: positive = point.Bytes(); break;
                default: point.Skip(); break;
            }
        }

        var buckets = new ulong[CommonBounds.Length + 1];
        buckets[0] = zeros;
        Spread(new(positive), Math.Pow(2, Math.Pow(2, -Math.Clamp(scale, -10, 20))), buckets);
        return new(null!, null!, attributes.ToArray(), start, at, false, new(sum, count, buckets), CommonBounds);
    }

    // Buckets: offset = 1, bucket_counts = 2. Bucket i holds (base^(offset+i), base^(offset+i+1)]; it is counted where its middle lies.
    private static void Spread(ProtoReader message, double growth, ulong[] into)
    {
        var offset = 0;
        var counts = new List<ulong>();
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: offset = message.SInt32(); break;
                case 2: message.Varints(counts); break;
                default: message.Skip(); break;
            }
        }

        for (var i = 0; i < counts.Count; i++)
        {
            if (counts[i] == 0) continue;
            var place = Array.BinarySearch(CommonBounds, Math.Pow(growth, offset + i + 0.5));
            into[place < 0 ? ~place : place] += counts[i];
        }
    }
}
