using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace Switchyard.RunnerService.Queue;

/// <summary>Section <c>Runner:Redis</c>; <c>WORKFLOW_QUEUE_NAME</c> and <c>REDIS_URL</c> win over it.</summary>
public sealed class RedisQueueOptions
{
    /// <summary>Prefix of the streams (<c>WORKFLOW_QUEUE_NAME</c>). Default <c>switchyard-runs</c>.</summary>
    [Required]
    public string Name { get; set; } = "switchyard-runs";

    /// <summary>Longest wait for Redis to take a message. Default 400 ms: creation answers within a second whatever Redis does.</summary>
    [Range(typeof(TimeSpan), "00:00:00.020", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long creation is refused at once after Redis failed, before it is asked again. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:01:00")]
    public TimeSpan Break { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>An entry that its reader has not acknowledged for this long belongs to whoever asks next. Default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReclaimAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Reads <c>redis://user:password@host:port/database</c> (<c>rediss</c> for TLS), or the comma form of the client library.
    /// </summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ConfigurationOptions Parse(string text)
    {
        ConfigurationOptions options;
        if (text.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("redis" or "rediss"))
            {
                throw new FormatException("REDIS_URL is no redis:// or rediss:// address.");
            }
            options = new ConfigurationOptions { Ssl = url.Scheme == "rediss" };
            options.EndPoints.Add(url.Host, url.Port > 0 ? url.Port : 6379);
            if (url.UserInfo.Length > 0) { options.Password = Uri.UnescapeDataString(url.UserInfo[(url.UserInfo.IndexOf(':', StringComparison.Ordinal) + 1)..]); }
            if (url.AbsolutePath.Trim('/') is { Length: > 0 } database)
            {
                options.DefaultDatabase = int.TryParse(database, out var number) ? number : throw new FormatException("The path of REDIS_URL is a database number.");
            }
        }
        else { options = ConfigurationOptions.Parse(text); }
        // The service starts without Redis and recovers with it; nobody restarts a runner because Redis was restarted.
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 1000;
        options.ConnectRetry = 1;
        options.KeepAlive = 10;
        return options;
    }
}
