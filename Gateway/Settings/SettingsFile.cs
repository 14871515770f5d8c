namespace Switchyard.Gateway.Settings;

/// <summary>Configuration from a JSON file that may appear, change and vanish while the gateway runs. A file that went bad
/// keeps the settings in force: a slip of the pen must not end maintenance or lose a route.</summary>
public sealed class SettingsFile(string path) : ConfigurationProvider
{
    private (DateTime Written, long Length)? _stamp;

    public string Path { get; } = path;

    public override void Load() => LoadIfChanged();

    /// <summary>True when settings changed; the reload token has fired then.</summary>
    /// <exception cref="FormatException">The file is not a JSON object; the former settings stay.</exception>
    public bool LoadIfChanged()
    {
        var file = new FileInfo(Path);
        (DateTime, long)? stamp = file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
        if (stamp == _stamp) return false;

        _stamp = stamp;
        Data = stamp is null ? new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) : Parse();
        OnReload();
        return true;
    }

    private Dictionary<string, string?> Parse()
    {
        try
        {
            using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var parsed = (IConfiguration)new ConfigurationBuilder().AddJsonStream(stream).Build();
            return parsed.AsEnumerable().Where(pair => pair.Value is not null)
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidDataException or System.Text.Json.JsonException or IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"The settings file {Path} cannot be used: {unreadable.GetBaseException().Message}", unreadable);
        }
    }

    /// <summary>Adds the file to a configuration.</summary>
    public sealed class Source(SettingsFile file) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => file;
    }
}
