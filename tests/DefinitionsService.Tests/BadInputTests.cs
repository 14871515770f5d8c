using System.Net;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>Whatever is sent, the answer says what is wrong and where, and nothing is stored.</summary>
public abstract class BadInputTests(DefinitionsHost hub)
{
    [Theory]
    [InlineData("{ \"slug\": \"report\", ", "application/json", "MALFORMED_JSON")]
    [InlineData("", "application/json", "MALFORMED_JSON")]
    [InlineData("{}{}", "application/json", "MALFORMED_JSON")]
    [InlineData("{ \"slug\": \"a\", \"slug\": \"b\" }", "application/json", "MALFORMED_JSON")]
    [InlineData("{ \"slug\": \"a\", } // comment", "application/json", "MALFORMED_JSON")]
    [InlineData("slug: [report\nversion: 1", "application/yaml", "MALFORMED_YAML")]
    [InlineData("slug: report\n\tversion: 1.0.0", "application/yaml", "MALFORMED_YAML")]
    public async Task Malformed_text_is_400_with_its_place(string text, string contentType, string code)
    {
        var team = await hub.NewTeamAsync();

        var reply = await team.ApplyAsync(text, contentType);

        var error = reply.ShouldRefuse(HttpStatusCode.BadRequest, code).GetProperty("errors")[0];
        Assert.True(error.GetProperty("line").GetInt32() >= 1);
        await NothingIsStoredAsync(team);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("\"text\"", "")]
    [InlineData("null", "")]
    [InlineData("{}", "")]
    [InlineData("""{"slug":"report","version":"1.0.0","steps":[{"id":"a","action":"noop"}],"colour":"red"}""", "/colour")]
    [InlineData("""{"slug":"report","version":"1.0.0","steps":[{"id":"a","action":"noop","depends":["b"]}]}""", "/steps/0/depends")]
    [InlineData("""{"slug":7,"version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""", "/slug")]
    [InlineData("""{"slug":"report","version":"latest","steps":[{"id":"a","action":"noop"}]}""", "/version")]
    [InlineData("""{"slug":"../../etc","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""", "/slug")]
    [InlineData("""{"slug":"report","version":"1.0.0","steps":{}}""", "/steps")]
    [InlineData("""{"slug":"report","version":"1.0.0","steps":[{"id":"a","action":"noop","timeoutSeconds":"soon"}]}""", "/steps/0/timeoutSeconds")]

    public async Task A_document_of_the_wrong_shape_is_422_with_a_pointer(string text, string pointer)
    {
        var team = await hub.NewTeamAsync();

        var reply = await team.ApplyAsync(text);

        reply.ShouldRefuse(HttpStatusCode.UnprocessableEntity, "LINT_FAILED");
        Assert.Contains(pointer, reply.Pointers);
        await NothingIsStoredAsync(team);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        var team = await hub.NewTeamAsync();
        var large = Documents.Report().With("description", new string('x', 1 << 20)).ToJsonString();

        (await team.ApplyAsync(large)).ShouldRefuse(HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        (await team.LintAsync(large)).ShouldRefuse(HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        await NothingIsStoredAsync(team);
    }

    [Fact]
    public async Task A_bomb_of_nesting_or_yaml_references_is_refused_at_once()
    {
        var team = await hub.NewTeamAsync();
        var deep = $$"""{"slug":"report","version":"1.0.0","x-deep":{{new string('[', 5000)}}{{new string(']', 5000)}}}""";
        var laughs = string.Join('\n', Enumerable.Range(1, 12).Select(level =>
            $"x-{level}: &a{level} [{string.Join(',', Enumerable.Repeat($"*a{level - 1}", 10))}]").Prepend("x-0: &a0 ha"));

        Assert.InRange((int)(await team.ApplyAsync(deep)).Status, 400, 422);
        Assert.InRange((int)(await team.ApplyAsync(laughs, "application/yaml")).Status, 400, 422);
        await NothingIsStoredAsync(team);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    public async Task A_foreign_media_type_is_415_naming_those_that_are_taken(string contentType)
    {
        var team = await hub.NewTeamAsync();

        var problem = (await team.ApplyAsync(Documents.Report().ToJsonString(), contentType))
            .ShouldRefuse(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");

        Assert.Contains("application/yaml", problem.Text("detail"), StringComparison.Ordinal);
        await NothingIsStoredAsync(team);
    }

    [Theory]
    [InlineData("?cursor=garbage", "BAD_CURSOR", "/cursor")]
    [InlineData("?cursor=WyJhIiwiYiJd", "BAD_CURSOR", "/cursor")]
    [InlineData("?limit=0", "BAD_LIMIT", "/limit")]
    [InlineData("?limit=501", "BAD_LIMIT", "/limit")]
    [InlineData("?limit=ten", "BAD_LIMIT", "/limit")]
    [InlineData("?risk=deadly", "INVALID_REQUEST", "/risk")]
    [InlineData("?label=team", "INVALID_REQUEST", "/label")]
    public async Task A_bad_query_of_a_list_is_400_with_a_pointer(string query, string code, string pointer)
    {
        var team = await hub.NewTeamAsync();

        var reply = await team.GetAsync(query);

        reply.ShouldRefuse(HttpStatusCode.BadRequest, code);
        Assert.Equal(pointer, Assert.Single(reply.Pointers));
    }

    [Fact]
    public async Task A_flag_that_is_neither_true_nor_false_is_400()
    {
        var team = await hub.NewTeamAsync();

        (await team.ApplyAsync(Documents.Report(), "?force=perhaps")).ShouldRefuse(HttpStatusCode.BadRequest, "INVALID_REQUEST");
        await NothingIsStoredAsync(team);
    }

    private static async Task NothingIsStoredAsync(Team team) =>
        Assert.Empty((await team.GetAsync("")).ShouldBe(HttpStatusCode.OK).GetProperty("items").EnumerateArray());
}

public sealed class BadInputOnSqlite(SqliteHost hub) : BadInputTests(hub);

public sealed class BadInputOnPostgres(PostgresHost hub) : BadInputTests(hub);
