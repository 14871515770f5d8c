using System.Text;

namespace Switchyard.Gateway.Tokens;

/// <summary>Where OPERATOR_TOKENS is read from: the JSON itself, or the path of a file that holds it.</summary>
public sealed class TokenSource(IConfiguration configuration)
{
    private string? _setting;
    private (DateTime Written, long Length) _stamp;

    /// <summary>The tokens when they may have changed since the last call, else null.</summary>
    /// <exception cref="TokenFormatException">Says in one sentence what is wrong.</exception>
    public IReadOnlyList<OperatorToken>? ReadIfChanged()
    {
        var now = configuration["OPERATOR_TOKENS"]?.Trim() ?? "";
        if (now is "")
            return IsSameSetting(now) ? null : [];
        if (now[0] is '[' or '{')
            return IsSameSetting(now) ? null : TokenReader.Read(Encoding.UTF8.GetBytes(now));

        try
        {
            // Stamped before it is read: a change in between is seen by the next call.
            var file = new FileInfo(now);
            var (written, length) = (file.LastWriteTimeUtc, file.Length);
            if (IsSameSetting(now) && _stamp == (written, length)) return null;
            _stamp = (written, length);
            return TokenReader.Read(WithoutMark(File.ReadAllBytes(now)));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new TokenFormatException($"OPERATOR_TOKENS names a file that cannot be read: {unreadable.Message}");
        }
    }

    private bool IsSameSetting(string now)
    {
        var same = string.Equals(_setting, now, StringComparison.Ordinal);
        _setting = now;
        return same;
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> utf8) =>
        utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;
}
