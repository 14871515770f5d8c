using System.Text;

namespace Switchyard.Gateway.Tokens;

/// <summary>Where OPERATOR_TOKENS is read from: the JSON itself, which may name files, or the path of a file that holds it.</summary>
public sealed class TokenSource(IConfiguration configuration)
{
    private readonly List<(string Path, (DateTime, long) Stamp)> _files = [];
    private string? _setting;

    /// <summary>The tokens when they may have changed since the last call, else null.</summary>
    /// <exception cref="TokenFormatException">Says in one sentence what is wrong; said once per change.</exception>
    public IReadOnlyList<OperatorToken>? ReadIfChanged()
    {
        var now = configuration["OPERATOR_TOKENS"]?.Trim() ?? "";
        if (now == _setting && _files.TrueForAll(file => StampOf(file.Path) == file.Stamp)) return null;

        _setting = now;
        _files.Clear();
        return now switch
        {
            "" => [],
            ['[' or '{', ..] => TokenReader.Read(Encoding.UTF8.GetBytes(now), ReadFile),
            _ => TokenReader.Read(ReadFile(now), include: null),
        };
    }

    private byte[] ReadFile(string path)
    {
        // Stamped before it is read: a change in between is seen by the next call.
        _files.Add((path, StampOf(path)));
        try
        {
            var bytes = File.ReadAllBytes(path);
            return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new TokenFormatException($"OPERATOR_TOKENS names a file that cannot be read: {unreadable.Message}");
        }
    }

    private static (DateTime, long) StampOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }
}
