namespace Switchyard.ServiceDefaults.Tests;

public sealed class CursorTests
{
    [Theory]
    [InlineData("one")]
    [InlineData("2026-01-01T00:00:00.0000000+00:00", "0198abcd-0000-7000-8000-00000000ef01")]
    [InlineData("", "ä,\"][", "🚂")]
    public void A_cursor_gives_back_its_parts(params string[] parts)
    {
        var cursor = Cursor.Encode(parts);

        Assert.True(Cursor.TryDecode(cursor, parts.Length, out var read));
        Assert.Equal(parts, read);
        Assert.Matches("^[A-Za-z0-9_-]+$", cursor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("!!!")]
    [InlineData("e30")]
    [InlineData("WzFd")]
    [InlineData("W251bGxd")]
    [InlineData("ünïcode")]
    public void What_was_not_made_here_is_refused(string cursor) => Assert.False(Cursor.TryDecode(cursor, 1, out _));

    [Fact]
    public void A_cursor_of_another_list_is_refused() => Assert.False(Cursor.TryDecode(Cursor.Encode("a", "b"), 1, out _));

    [Fact]
    public void A_giant_cursor_is_refused_unread() => Assert.False(Cursor.TryDecode(Cursor.Encode(new string('x', 5000)), 1, out _));
}
