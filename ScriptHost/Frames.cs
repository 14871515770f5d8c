using System.Buffers.Binary;

namespace Switchyard.ScriptHost;

/// <summary>
/// Messages between runner and host: four bytes of length, little endian, then that many bytes of JSON. The reader says how
/// long a message may be, because the other side may be a host that a script has taken over.
/// </summary>
public static class Frames
{
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken stop = default)
    {
        var frame = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, message.Length);
        message.CopyTo(frame.AsMemory(4));
        await stream.WriteAsync(frame, stop);
        await stream.FlushAsync(stop);
    }

    /// <summary>Null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The message is longer than <paramref name="maxLength"/>, or cut off.</exception>
    public static async Task<byte[]?> ReadAsync(Stream stream, int maxLength, CancellationToken stop = default)
    {
        var head = new byte[4];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, stop);
        if (read == 0) return null;

        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (read < head.Length || length < 0 || length > maxLength) throw new InvalidDataException("Not a message of this protocol.");

        var message = new byte[length];
        return await stream.ReadAtLeastAsync(message, length, throwOnEndOfStream: false, stop) == length
            ? message
            : throw new InvalidDataException("The message is cut off.");
    }
}
