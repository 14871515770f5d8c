using System.Security.Cryptography;
using System.Text;
using Dapper;
using Switchyard.RunnerService.Artifacts;
using Switchyard.RunnerService.Steps;
using Switchyard.RunnerService.Tests.Steps;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Artifacts;

/// <summary>What the artifact store promises, on either database.</summary>
public abstract class ArtifactStoreContract : IAsyncLifetime
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"switchyard-artifacts-{Guid.NewGuid():N}");
    private TestDatabase _database = null!;
    private ArtifactStore _store = null!;

    protected abstract Task<TestDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _store = new ArtifactStore(_database.Database, new ArtifactFiles(_root, 1_000_000), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task C8_what_is_written_can_be_listed_and_read_with_its_checksum()
    {
        var run = await RunAsync();
        await WriteAsync(run, "b.txt", "content of b");
        await WriteAsync(run, "a ä.txt", "content of a");

        var listed = await _store.ListAsync(run.Org, run.Id, after: null, limit: 10, Stop);

        Assert.Equal(["a ä.txt", "b.txt"], listed!.Select(artifact => artifact.Name).Order(StringComparer.Ordinal));
        var b = (await _store.FindAsync(run.Org, run.Id, "b.txt", Stop))!;
        Assert.Equal((12, Hash("content of b"), "text/plain", "step"), (b.SizeBytes, b.Sha256, b.ContentType, b.StepId));
        Assert.Equal("content of b", Read(b));
    }

    [Fact]
    public async Task C8_writing_a_name_again_replaces_it_and_leaves_one_file()
    {
        var run = await RunAsync();
        await WriteAsync(run, "r.txt", "first attempt, longer");
        var reader = _store.Open((await _store.FindAsync(run.Org, run.Id, "r.txt", Stop))!)!;

        await WriteAsync(run, "r.txt", "second");

        var only = Assert.Single((await _store.ListAsync(run.Org, run.Id, null, 10, Stop))!);
        Assert.Equal("second", Read(only));
        Assert.Single(Files());
        using (reader) Assert.Equal("first attempt, longer", await new StreamReader(reader).ReadToEndAsync(Stop));
    }

    [Fact]
    public async Task C8_one_byte_too_many_leaves_nothing_behind()
    {
        var run = await RunAsync();
        await WriteAsync(run, "fits.bin", new string('x', 1_000_000));

        await Assert.ThrowsAsync<ArtifactTooLargeException>(() => WriteAsync(run, "over.bin", new string('x', 1_000_001)));

        Assert.Null(await _store.FindAsync(run.Org, run.Id, "over.bin", Stop));
        Assert.Single(Files());
    }

    [Fact]
    public async Task C8_a_source_that_breaks_off_leaves_nothing_behind()
    {
        var run = await RunAsync();

        await Assert.ThrowsAsync<IOException>(() => _store.WriteAsync(run, "step", "cut.bin", "text/plain", new BrokenStream(), Stop));

        Assert.Empty(Files());
        Assert.Empty((await _store.ListAsync(run.Org, run.Id, null, 10, Stop))!);
    }

    [Fact]
    public async Task C8_another_orgs_run_looks_like_none()
    {
        var run = await RunAsync();
        await WriteAsync(run, "a.txt", "a");

        Assert.Null(await _store.ListAsync("other", run.Id, null, 10, Stop));
        Assert.Null(await _store.FindAsync("other", run.Id, "a.txt", Stop));
        Assert.NotNull(await _store.FindAsync("*", run.Id, "a.txt", Stop));
        Assert.Null(await _store.ListAsync(run.Org, Guid.NewGuid(), null, 10, Stop));
    }

    [Fact]
    public async Task C8_a_list_is_paged_by_name()
    {
        var run = await RunAsync();
        foreach (var name in new[] { "c", "a", "b" }) await WriteAsync(run, name, name);

        var first = await _store.ListAsync(run.Org, run.Id, null, 2, Stop);
        var rest = await _store.ListAsync(run.Org, run.Id, first![^1].Name, 2, Stop);

        Assert.Equal(["a", "b", "c"], first.Concat(rest!).Select(artifact => artifact.Name));
    }

    [Fact]
    public async Task C8_writers_of_one_name_at_once_leave_one_whole_artifact()
    {
        var run = await RunAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => WriteAsync(run, "same.txt", new string((char)('a' + n), 50_000))));

        var only = Assert.Single((await _store.ListAsync(run.Org, run.Id, null, 10, Stop))!);
        Assert.Equal(only.Sha256, Hash(Read(only)));
    }

    [Theory]
    [InlineData("../../outside.txt")]
    [InlineData("/etc/hostname")]
    [InlineData("../other-run/a.txt")]
    [InlineData(".")]
    [InlineData("")]
    public async Task C8_a_row_that_leads_out_of_its_folder_is_not_followed(string path)
    {
        var run = await RunAsync();
        await WriteAsync(run, "a.txt", "a");
        await using (var connection = await _database.Database.OpenAsync(Stop))
        {
            await connection.ExecuteAsync("UPDATE workflow_artifacts SET path = @path WHERE run_id = @Id", new { path, run.Id });
        }

        var row = await _store.FindAsync(run.Org, run.Id, "a.txt", Stop);

        Assert.Throws<ArtifactOutsideException>(() => _store.Open(row!));
    }

    [Fact]
    public async Task C8_a_planted_link_is_not_followed()
    {
        var run = await RunAsync();
        var artifact = await WriteAsync(run, "a.txt", "a");
        var file = Files().Single();
        File.Delete(file);
        File.CreateSymbolicLink(file, "/etc/hostname");

        Assert.Throws<ArtifactOutsideException>(() => _store.Open(artifact));

        var folder = Path.GetDirectoryName(file)!;
        Directory.Delete(folder, recursive: true);
        Directory.CreateSymbolicLink(folder, Path.GetTempPath());
        await Assert.ThrowsAsync<ArtifactOutsideException>(() => WriteAsync(run, "b.txt", "b"));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData(".hidden")]
    [InlineData("-rf")]
    [InlineData("nul\0byte")]
    [InlineData("line\nbreak")]
    [InlineData("trailing.")]
    [InlineData("")]
    [InlineData("right\u202eleft")]
    public async Task C8_a_name_that_is_not_one_plain_segment_is_refused(string name)
    {
        var run = await RunAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(run, name, "x"));
        Assert.Empty(Files());
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<Artifact> WriteAsync(RunIdentity run, string name, string content) =>
        _store.WriteAsync(run, "step", name, "text/plain", new MemoryStream(Encoding.UTF8.GetBytes(content)), Stop);

    private async Task<RunIdentity> RunAsync()
    {
        var run = StepContexts.Run();
        await ArtifactRows.InsertRunAsync(_database.Database, run);
        return run;
    }

    private string[] Files() => Directory.Exists(_root) ? [.. Directory.GetFiles(_root, "*", SearchOption.AllDirectories)] : [];

    private string Read(Artifact artifact)
    {
        using var content = new StreamReader(_store.Open(artifact)!);
        return content.ReadToEnd();
    }

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private sealed class BrokenStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_reads++ == 3) throw new IOException("The other side went away.");
            buffer.Span[..1_000].Fill(1);
            return new(1_000);
        }
    }
}

public sealed class SqliteArtifactStoreTests : ArtifactStoreContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

public sealed class PostgresArtifactStoreTests : ArtifactStoreContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();
}
