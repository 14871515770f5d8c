using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line that a resource wrote.</summary>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>Keeps what resources write, and tells those who watch.</summary>
public class ResourceLoggerService : IDisposable
{
    private const int Kept = 10_000;
    private readonly ConcurrentDictionary<string, Backlog> backlogs = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider clock;
    private int over;

    internal ResourceLoggerService(TimeProvider clock) => this.clock = clock;

    /// <summary>Raised for every line, on the thread that reads it.</summary>
    internal Action<string, LogLine>? Written { get; set; }

    /// <summary>Writes to a resource's log.</summary>
    public ILogger GetLogger(IResource resource) => new ResourceLogger(this, resource.Name, clock);

    /// <summary>Writes to the log of a resource or replica.</summary>
    public ILogger GetLogger(string resourceName) => new ResourceLogger(this, resourceName, clock);

    /// <summary>Tells what was written, then every new line.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    /// <summary>Tells what was written, then every new line.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Of(resourceName).WatchAsync();

    /// <summary>Tells what was written.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource) => GetAllAsync(resource.Name);

    /// <summary>Tells what was written.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName)
    {
        await Task.CompletedTask;
        yield return Of(resourceName).Lines();
    }

    /// <summary>Says that a resource writes no more; watches of it end.</summary>
    public void Complete(IResource resource) => Complete(resource.Name);

    /// <summary>Says that a resource writes no more; watches of it end.</summary>
    public void Complete(string name) => Of(name).Complete();

    /// <summary>Forgets what was written.</summary>
    public void ClearBacklog(string resourceName) => Of(resourceName).Clear();

    /// <summary>Ends every watch.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref over, 1);
        foreach (var backlog in backlogs.Values)
        {
            backlog.Complete();
        }

        GC.SuppressFinalize(this);
    }

    internal void Write(string resourceId, string content, bool isError)
    {
        var line = Of(resourceId).Add(content, isError);
        Written?.Invoke(resourceId, line);
    }

    /// <summary>The newest lines, oldest first.</summary>
    internal IReadOnlyList<LogLine> Tail(string resourceId, int count)
    {
        var lines = Of(resourceId).Lines();
        return [.. lines.Skip(Math.Max(0, lines.Count - count))];
    }

    private Backlog Of(string id)
    {
        var backlog = backlogs.GetOrAdd(id, _ => new());
        if (Volatile.Read(ref over) == 1)
        {
            backlog.Complete();
        }

        return backlog;
    }

    private sealed class Backlog
    {
        private readonly Queue<LogLine> lines = new();
        private readonly List<Channel<LogLine>> watchers = [];
        private readonly Lock gate = new();
        private int number;
        private bool complete;

        public LogLine Add(string content, bool isError)
        {
            lock (gate)
            {
                var line = new LogLine(++number, content, isError);
                lines.Enqueue(line);
                if (lines.Count > Kept)
                {
                    lines.Dequeue();
                }

                foreach (var watcher in watchers)
                {
                    watcher.Writer.TryWrite(line);
                }

                return line;
            }
        }

        public IReadOnlyList<LogLine> Lines()
        {
            lock (gate)
            {
                return [.. lines];
            }
        }

        public void Clear()
        {
            lock (gate)
            {
                lines.Clear();
            }
        }

        public void Complete()
        {
            lock (gate)
            {
                complete = true;
                watchers.ForEach(watcher => watcher.Writer.TryComplete());
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken stop = default)
        {
            // Bounded, so that a watcher that stalls loses lines instead of holding all of them in memory.
            var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
            LogLine[] known;
            lock (gate)
            {
                known = [.. lines];
                watchers.Add(channel);
                if (complete)
                {
                    channel.Writer.TryComplete();
                }
            }

            try
            {
                if (known.Length > 0)
                {
                    yield return known;
                }

                while (await channel.Reader.WaitToReadAsync(stop))
                {
                    var batch = new List<LogLine>();
                    while (batch.Count < 200 && channel.Reader.TryRead(out var line))
                    {
                        batch.Add(line);
                    }

                    yield return batch;
                }
            }
            finally
            {
                lock (gate)
                {
                    watchers.Remove(channel);
                }
            }
        }
    }

    private sealed class ResourceLogger(ResourceLoggerService service, string resourceId, TimeProvider clock) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var text = formatter(state, exception);
                service.Write(resourceId, $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {(exception is null ? text : $"{text} {exception.Message}")}", logLevel >= LogLevel.Error);
            }
        }
    }
}
