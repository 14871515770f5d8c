using System.Buffers;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Aspire.Dashboard.Otlp;

/// <summary>A request's body, unpacked, in a pooled buffer; never larger than the limit, packed or not.</summary>
internal sealed class OtlpBody : IDisposable
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int length;

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    public static async Task<OtlpBody> ReadAsync(HttpRequest request, int limit, CancellationToken stop)
    {
        if (request.ContentLength > limit) throw TooLarge(limit);
        var encoding = request.Headers.ContentEncoding.ToString();
        await using var stream = encoding switch
        {
            "" or "identity" => request.Body,
            "gzip" => new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
            _ => throw new BodyRefusedException(HttpStatusCode.UnsupportedMediaType, $"The content encoding '{encoding}' is not understood; send gzip or none."),
        };

        var body = new OtlpBody();
        try
        {
            await body.FillAsync(stream, limit, stop);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    private async Task FillAsync(Stream stream, int limit, CancellationToken stop)
    {
        while (true)
        {
            if (length == buffer.Length) Grow();
            var read = await stream.ReadAsync(buffer.AsMemory(length), stop);
            if (read == 0) return;
            length += read;
            if (length > limit) throw TooLarge(limit);
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static BodyRefusedException TooLarge(int limit) => new(HttpStatusCode.RequestEntityTooLarge, $"The body is larger than {limit} bytes.");
}

/// <summary>A body that is not read at all, and the status that says why.</summary>
internal sealed class BodyRefusedException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}
