namespace Switchyard.AppHost;

/// <summary>Looks at the embedded database before the services open it.</summary>
internal static class SqliteFile
{
    /// <exception cref="DistributedApplicationException">The file is something else, or cannot be read.</exception>
    public static void Check(string file)
    {
        try
        {
            if (!File.Exists(file) || new FileInfo(file).Length == 0)
            {
                return;
            }

            // The file format begins with these sixteen bytes (https://www.sqlite.org/fileformat.html, section 1.3).
            Span<byte> header = stackalloc byte[16];
            using var stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.SequenceEqual("SQLite format 3\0"u8))
            {
                throw new DistributedApplicationException($"{file} is damaged or not a SQLite database: restore it from a backup, or move it away to start with an empty one.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"The database {file} cannot be opened ({e.Message.TrimEnd('.')}): make it readable and writable for this user.", e);
        }
    }
}
