using System.Buffers.Binary;
using System.Text;

namespace Aspire.Dashboard.Otlp;

/// <summary>
/// Walks one protobuf message in place: no copy, no allocation; a nested message is a slice with a reader of its own.
/// Whatever is not well formed throws <see cref="InvalidDataException"/>.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    /// <summary>The number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    private int WireType { get; set; }

    public bool Next()
    {
        if (rest.IsEmpty) return false;
        var tag = ReadVarint();
        Field = (int)(tag >> 3);
        WireType = (int)(tag & 7);
        return Field > 0 ? true : throw Malformed();
    }

    public ulong Varint() => WireType == 0 ? ReadVarint() : throw Malformed();

    public int Int32() => unchecked((int)Varint());

    /// <summary>sint32: zigzag.</summary>
    public int SInt32()
    {
        var raw = unchecked((uint)Varint());
        return (int)(raw >> 1) ^ -(int)(raw & 1);
    }

    public ulong Fixed64()
    {
        if (WireType != 1) throw Malformed();
        return BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
    }

    public double Double() => BitConverter.UInt64BitsToDouble(Fixed64());

    public ReadOnlySpan<byte> Bytes()
    {
        if (WireType != 2) throw Malformed();
        var length = ReadVarint();
        return length <= (ulong)rest.Length ? Take((int)length) : throw Malformed();
    }

    public ProtoReader Message() => new(Bytes());

    /// <summary>For keys and names, which repeat: most come from the cache without an allocation.</summary>
    public string Name() => Utf8Names.Get(Bytes());

    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>A repeated fixed64 or double field, packed or not; appended to <paramref name="values"/> as raw bits.</summary>
    public void Fixed64s(List<ulong> values)
    {
        if (WireType == 1)
        {
            values.Add(Fixed64());
            return;
        }

        var packed = Bytes();
        if (packed.Length % 8 != 0) throw Malformed();
        for (; !packed.IsEmpty; packed = packed[8..]) values.Add(BinaryPrimitives.ReadUInt64LittleEndian(packed));
    }

    /// <summary>A repeated uint64 field, packed or not.</summary>
    public void Varints(List<ulong> values)
    {
        if (WireType == 0)
        {
            values.Add(ReadVarint());
            return;
        }

        var packed = new ProtoReader(Bytes());
        while (!packed.rest.IsEmpty) values.Add(packed.ReadVarint());
    }

    public void Skip()
    {
        switch (WireType)
        {
            case 0: ReadVarint(); break;
            case 1: Take(8); break;
            case 2: Bytes(); break;
            case 5: Take(4); break;
            default: throw Malformed(); // groups are not part of proto3
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (rest.Length < count) throw Malformed();
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            var part = rest[i];
            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part < 0x80)
            {
                rest = rest[(i + 1)..];
                return value;
            }
        }

        throw Malformed();
    }

    private static InvalidDataException Malformed() => new("The body is not a well-formed protobuf message.");
}
