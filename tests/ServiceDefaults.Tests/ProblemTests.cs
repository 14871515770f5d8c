using System.Net.Http.Json;
using System.Text.Json;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults.Tests;

public abstract class ProblemContract : IAsyncLifetime
{
    private TestService _service = null!;

    protected abstract string EnvironmentName { get; }

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync(
        new Dictionary<string, string?> { ["Http:MaxBodyBytes"] = "2000" }, environment: EnvironmentName);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("GET", "/nowhere", 404, ProblemCodes.NotFound)]
    [InlineData("GET", "/numbers/abc", 404, ProblemCodes.NotFound)]
    [InlineData("DELETE", "/who", 405, ProblemCodes.MethodNotAllowed)]
    [InlineData("GET", "/page?limit=many", 400, ProblemCodes.InvalidRequest)]
    [InlineData("GET", "/page", 400, ProblemCodes.InvalidRequest)]
    [InlineData("POST", "/things", 400, ProblemCodes.InvalidRequest)]
    public async Task Every_refusal_is_a_problem_with_code_and_trace(string method, string path, int status, string code)
    {
        var answer = await _service.SendAsync(HttpMethod.Parse(method), path);

        var problem = await ProblemOf(answer, status, code);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Equal(answer.Headers.GetValues("traceparent").Single().Split('-')[1], problem.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task A_method_that_is_not_allowed_names_those_that_are()
    {
        var answer = await _service.SendAsync(HttpMethod.Delete, "/who");

        Assert.Equal("GET", answer.Content.Headers.Allow.Single());
    }

    [Fact]
    public async Task Another_content_type_is_415()
    {
        var answer = await _service.SendAsync(HttpMethod.Post, "/things", body: new StringContent("name: x"));

        await ProblemOf(answer, 415, ProblemCodes.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("{\"name\": \"x\", }", "", 1)]
    [InlineData("{\"name\": 5}", "/name", 1)]
    [InlineData("{\"name\": \"x\", \"size\": \"big\"}", "/size", 1)]
    [InlineData("{\"name\": \"x\", \"size\": 1,\n \"parts\": [{\"id\": \"a\"},\n {\"id\": 7}]}", "/parts/1/id", 3)]
    [InlineData("{\"name\": \"x\", \"size\": 1, \"colour\": \"green\"}", "/colour", 1)]
    [InlineData("{\"name\": \"x\"", "", 1)]
    [InlineData("not json", "", 1)]
    public async Task Bad_JSON_is_400_and_says_where(string body, string pointer, int line)
    {
        var answer = await _service.SendAsync(HttpMethod.Post, "/things", body: TestService.Json(body));

        var problem = await ProblemOf(answer, 400, ProblemCodes.MalformedJson);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        if (pointer.Length > 0) Assert.Equal(pointer, error.GetProperty("pointer").GetString());
        Assert.Equal(line, error.GetProperty("line").GetInt32());
        Assert.True(error.GetProperty("column").GetInt32() > 0);
        var message = error.GetProperty("message").GetString()!;
        Assert.DoesNotContain("BytePositionInLine", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Switchyard.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_nested_beyond_the_limit_is_refused()
    {
        var deep = "{\"name\":\"x\",\"size\":1,\"parts\":" + new string('[', 200) + new string(']', 200) + "}";

        await ProblemOf(await _service.SendAsync(HttpMethod.Post, "/things", body: TestService.Json(deep)), 400, ProblemCodes.MalformedJson);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_413_with_or_without_a_declared_length(bool declared)
    {
        var body = TestService.Json($$"""{"name": "{{new string('x', 5000)}}", "size": 1, "parts": []}""");
        HttpContent sent = declared ? body : new ChunkedContent(await body.ReadAsByteArrayAsync());

        await ProblemOf(await _service.SendAsync(HttpMethod.Post, "/things", body: sent), 413, ProblemCodes.BodyTooLarge);
    }

    [Fact]
    public async Task A_defect_is_500_and_keeps_its_details_to_the_log()
    {
        var answer = await _service.SendAsync(HttpMethod.Get, "/fails");

        var problem = await ProblemOf(answer, 500, ProblemCodes.InternalError);
        Assert.DoesNotContain("hunter2", problem.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("InvalidOperation", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(32, problem.GetProperty("traceId").GetString()!.Length);
    }

    [Fact]
    public async Task Good_JSON_goes_in_and_out_in_the_shapes_of_the_wire()
    {
        var answer = await _service.SendAsync(
            HttpMethod.Post, "/things", body: TestService.Json("""{"name": "x", "size": 2, "parts": [{"id": "a", "loose": true}], "colour": "dark_red"}"""));

        Assert.Equal("""{"name":"x","size":2,"parts":[{"id":"a","loose":true}],"colour":"dark_red"}""", await answer.Content.ReadAsStringAsync());
    }

    private static async Task<JsonElement> ProblemOf(HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }

    private sealed class ChunkedContent : ByteArrayContent
    {
        public ChunkedContent(byte[] bytes)
            : base(bytes) => Headers.ContentType = new("application/json");

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

public sealed class ProblemsInProductionTests : ProblemContract
{
    protected override string EnvironmentName => "Production";
}

public sealed class ProblemsInDevelopmentTests : ProblemContract
{
    protected override string EnvironmentName => "Development";
}
