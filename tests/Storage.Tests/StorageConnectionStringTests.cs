using Npgsql;
using Switchyard.Contracts.Problems;

namespace Switchyard.Storage.Tests;

public sealed class StorageConnectionStringTests
{
    [Fact]
    public void A_url_with_every_part_becomes_a_connection_string()
    {
        var parsed = StorageConnectionString.Parse("postgres://us%40er:p%3Ass%2Fw@db.example:6543/hub%20one?sslmode=verify-full&application_name=yard&connect_timeout=7");

        var npgsql = new NpgsqlConnectionStringBuilder(parsed.Text);
        Assert.False(parsed.IsSqlite);
        Assert.Equal(
            ("db.example", 6543, "us@er", "p:ss/w", "hub one", SslMode.VerifyFull, "yard", 7),
            (npgsql.Host, npgsql.Port, npgsql.Username, npgsql.Password, npgsql.Database, npgsql.SslMode, npgsql.ApplicationName, npgsql.Timeout));
    }

    [Theory]
    [InlineData("postgresql://u@localhost/hub", "localhost", 5432)]
    [InlineData("postgres://u@[::1]:5433/hub", "[::1]", 5433)]
    [InlineData("Host=h;Database=hub;Username=u", "h", 5432)]
    public void Both_url_schemes_and_the_plain_form_are_postgres(string given, string host, int port)
    {
        var npgsql = new NpgsqlConnectionStringBuilder(StorageConnectionString.Parse(given).Text);

        Assert.Equal((host, port, "hub"), (npgsql.Host, npgsql.Port, npgsql.Database));
    }

    [Theory]
    [InlineData("Host=h;Database=hub", 25)]
    [InlineData("postgres://u@h/hub", 25)]
    [InlineData("Host=h;Database=hub;Maximum Pool Size=7", 7)]
    [InlineData("postgres://u@h/hub?maximum_pool_size=7", 7)]
    public void A_process_takes_no_more_than_its_share_of_a_servers_connections(string given, int most) =>
        Assert.Equal(most, new NpgsqlConnectionStringBuilder(StorageConnectionString.Parse(given).Text).MaxPoolSize);

    [Theory]
    [InlineData("Data Source=/tmp/x.db")]
    [InlineData("DataSource=/tmp/x.db")]
    [InlineData("Filename=/tmp/x.db")]
    [InlineData("data source=/tmp/x.db;Cache=Shared")]
    public void A_data_source_without_a_host_is_sqlite(string given) => Assert.True(StorageConnectionString.Parse(given).IsSqlite);

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("Hots=localhost;Database=x")]
    [InlineData("Database=x")]
    [InlineData("postgres://u@h/db?no_such_option=1")]
    [InlineData("postgres://u@h/db?sslmode=perhaps")]
    [InlineData("postgres://u@h:notaport/db")]
    public void What_cannot_be_used_is_refused_with_both_forms_shown(string given)
    {
        var told = Assert.Throws<CannotStartException>(() => StorageConnectionString.Parse(given)).Message;

        Assert.Contains("ConnectionStrings__switchyard", told, StringComparison.Ordinal);
        Assert.Contains("Data Source=", told, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told);
    }

    [Fact]
    public void Where_it_is_never_shows_the_password() =>
        Assert.Equal(
            "PostgreSQL database 'd' at h:5432 as user 'u'",
            StorageConnectionString.Parse("postgres://u:secret@h/d").Where);
}
