using System.Security.Cryptography;
using Dapper;
using Switchyard.Contracts.Access;
using Switchyard.ServiceDefaults;
using Switchyard.Storage;
using Switchyard.Tests.Support;
using Switchyard.Tests.Support.Processes;

[assembly: AssemblyFixture(typeof(Switchyard.DefinitionsService.Tests.SqliteHost))]
[assembly: AssemblyFixture(typeof(Switchyard.DefinitionsService.Tests.PostgresHost))]

namespace Switchyard.DefinitionsService.Tests;

/// <summary>The real service in its own process, one per database for all tests; each test makes organizations of its own.</summary>
public abstract class DefinitionsHost : IAsyncLifetime
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private ServiceProcess? _service;
    private Database? _database;

    internal Database Database => _database!;

    internal ServiceProcess Service => _service!;

    protected abstract Task<string> CreateDatabaseAsync();

    protected virtual ValueTask RemoveDatabaseAsync() => ValueTask.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        var connectionString = await CreateDatabaseAsync();
        _service = await ServiceProcess.StartAsync("DefinitionsService", new Dictionary<string, string>
        {
            ["ConnectionStrings__switchyard"] = connectionString,
            ["Identity__Key"] = Convert.ToBase64String(_key),
        });
        _database = Database.Open(connectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        await RemoveDatabaseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A member of an organization that nobody else uses.</summary>
    internal async Task<Team> NewTeamAsync(string? org = null)
    {
        org ??= $"o-{Guid.NewGuid():N}"[..20];
        var admin = As("*", [.. Scopes.All]);
        (await admin.PostAsync("~/v1/orgs", $$"""{"id":"{{org}}","name":"Team {{org}}"}""", "application/json")).EnsureOk();
        return As(org, Scopes.WorkflowsRead, Scopes.WorkflowsWrite);
    }

    internal Team As(string org, params string[] scopes) =>
        As(new Caller { Subject = "ada", TokenId = "tok-1", Org = org, Scopes = scopes, IpAddress = "192.0.2.7" });

    internal Team As(Caller caller) =>
        new(new HttpClient(new Signing(new CallerSignature(_key, TimeProvider.System), caller)) { BaseAddress = new Uri(Service.Url) }, caller.Org);

    internal async Task<T> ScalarAsync<T>(string sql, object parameters)
    {
        await using var connection = await Database.OpenAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    private sealed class Signing(CallerSignature signature, Caller caller) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add(CallerSignature.Header, signature.Mint(caller, "definitions"));
            return base.SendAsync(request, cancellationToken);
        }
    }
}

/// <summary>On a SQLite file.</summary>
public sealed class SqliteHost : DefinitionsHost
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"switchyard-definitions-{Guid.NewGuid():N}");

    protected override Task<string> CreateDatabaseAsync()
    {
        Directory.CreateDirectory(_folder);
        return Task.FromResult($"Data Source={Path.Combine(_folder, "switchyard.db")}");
    }

    protected override ValueTask RemoveDatabaseAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>On PostgreSQL, in a database whose locale sorts "a-b" after "ab", as an operator's may.</summary>
public sealed class PostgresHost : DefinitionsHost
{
    private readonly string _name = $"t_{Guid.NewGuid():N}";

    protected override async Task<string> CreateDatabaseAsync()
    {
        var server = await PostgresServer.SharedAsync();
        await server.ExecuteAsync($"CREATE DATABASE {_name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US-u-ka-shifted'");
        return server.ConnectionString(_name);
    }
}
