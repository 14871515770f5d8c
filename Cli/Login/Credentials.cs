using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Cli.Login;

/// <summary>The stored login, in a file that only its owner may read.</summary>
internal sealed record Credentials(string Url, string Token, string? Org)
{
    public static string FilePath
    {
        get
        {
            var configuration = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
            if (string.IsNullOrEmpty(configuration))
            {
                configuration = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
            }

            return Path.Combine(configuration, "switchyard", "credentials.json");
        }
    }

    public static Credentials? Load()
    {
        var path = FilePath;
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), CredentialsJson.Default.Credentials);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Failure.Usage($"The stored login in {path} cannot be read: {e.Message}", "Write it again with 'yard login'.");
        }
    }

    public void Save()
    {
        var path = FilePath;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);

            // Created closed, then moved into place: the token is never in a file that others can open.
            var draft = path + ".new";
            File.Delete(draft);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(draft, options))
            {
                JsonSerializer.Serialize(file, this, CredentialsJson.Default.Credentials);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.Usage($"The login cannot be stored in {path}: {e.Message}", "Make the folder writable, or pass --url and --token each time.");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Credentials))]
internal sealed partial class CredentialsJson : JsonSerializerContext;
