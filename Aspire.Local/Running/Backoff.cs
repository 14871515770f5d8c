namespace Aspire.Hosting.Running;

/// <summary>How long to wait before a crashed process is started again: 0.5 s, doubled up to 30 s, forgotten after a minute without a crash.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);
    private int crashes;

    public TimeSpan Next(TimeSpan ran)
    {
        crashes = ran >= Forgotten ? 0 : crashes;
        var wait = First * Math.Pow(2, Math.Min(crashes, 10));
        crashes++;
        return wait < Longest ? wait : Longest;
    }
}
