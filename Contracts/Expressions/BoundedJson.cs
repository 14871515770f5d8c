using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Switchyard.Contracts.Expressions;

/// <summary>JSON built in memory up to <see cref="ExpressionLimits.MaxResultBytes"/>; beyond it an <see cref="ExpressionException"/>.</summary>
internal static class BoundedJson
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static JsonElement Build<T>(T state, Action<Utf8JsonWriter, T> write)
    {
        using var buffer = Write(state, write);
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 512 });
    }

    public static string Text(Value value)
    {
        using var buffer = Write(value, static (writer, v) => v.WriteTo(writer));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static BoundedBuffer Write<T>(T state, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new BoundedBuffer();
        try
        {
            using var writer = new Utf8JsonWriter(buffer, WriterOptions);
            write(writer, state);
            writer.Flush();
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }
}

/// <summary>A pooled buffer that refuses to grow past the limit of a result.</summary>
internal sealed class BoundedBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1024);
    private int _written;

    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, _written);

    public void Advance(int count)
    {
        _written += count;
        if (_written > ExpressionLimits.MaxResultBytes)
        {
            throw TooLarge();
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_written);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int sizeHint)
    {
        var needed = _written + Math.Max(sizeHint, 256);
        if (needed <= _bytes.Length)
        {
            return;
        }
        // The writer asks for three bytes per character before it knows how many it needs.
        if (_written + (sizeHint / 6) > ExpressionLimits.MaxResultBytes)
        {
            throw TooLarge();
        }
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    private static ExpressionException TooLarge() =>
        new($"The result is larger than {ExpressionLimits.MaxResultBytes / (1024 * 1024)} MiB; keep large data in an artifact.", 0, ExpressionException.Codes.Limit);
}

/// <summary>JSON values that never change.</summary>
internal static class JsonConstants
{
    public static JsonElement Null { get; } = JsonElement.Parse("null"u8);
    public static JsonElement True { get; } = JsonElement.Parse("true"u8);
    public static JsonElement False { get; } = JsonElement.Parse("false"u8);
}
