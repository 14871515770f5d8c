namespace Switchyard.Gateway.Tokens;

/// <summary>Holds the tokens in force and takes over a changed file within a second, without a restart.</summary>
public sealed partial class OperatorTokens : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TokenSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger<OperatorTokens> _log;
    private volatile TokenDirectory _current;
    private string? _lastComplaint;

    /// <exception cref="TokenFormatException">The gateway must not start with tokens it does not understand.</exception>
    public OperatorTokens(TokenSource source, TimeProvider time, ILogger<OperatorTokens> log)
    {
        (_source, _time, _log) = (source, time, log);
        _current = new TokenDirectory(source.ReadIfChanged() ?? []);
        if (_current.Tokens.Count == 0) Log.None(log);
    }

    public TokenDirectory Current => _current;

    /// <summary>Takes over what changed. A file that went bad keeps the tokens that were in force.</summary>
    public void Refresh()
    {
        try
        {
            if (_source.ReadIfChanged() is not { } tokens) return;
            _current = new TokenDirectory(tokens);
            _lastComplaint = null;
            Log.Reloaded(_log, tokens.Count);
        }
        catch (TokenFormatException wrong)
        {
            if (wrong.Message == _lastComplaint) return; // said once, not every second
            _lastComplaint = wrong.Message;
            Log.Refused(_log, wrong.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Refresh();
    }

    private static partial class Log
    {
        [LoggerMessage(6101, LogLevel.Information, "Operator tokens reloaded: {Count} in force.")]
        public static partial void Reloaded(ILogger log, int count);

        [LoggerMessage(6102, LogLevel.Error, "Changed operator tokens refused, the former ones stay in force: {Reason}")]
        public static partial void Refused(ILogger log, string reason);

        [LoggerMessage(6103, LogLevel.Warning, "OPERATOR_TOKENS is not set: every request that needs a token will be refused.")]
        public static partial void None(ILogger log);
    }
}
