namespace Switchyard.RunnerService.Metrics;

/// <summary>Latencies of a sample in seconds, by nearest rank: each value is one that was measured.</summary>
public sealed record Percentiles(double? P50, double? P90, double? P95, double? P99, int Samples)
{
    /// <summary>Sorts <paramref name="seconds"/> in place.</summary>
    public static Percentiles Of(List<double> seconds)
    {
        seconds.Sort();
        double? At(double share) => seconds.Count == 0 ? null : Math.Round(seconds[(int)Math.Ceiling(share * seconds.Count) - 1], 6);
        return new Percentiles(At(0.50), At(0.90), At(0.95), At(0.99), seconds.Count);
    }
}
