using System.Net;
using System.Text.Json;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>An answer with its body read, and the questions that tests ask of it.</summary>
internal sealed record Reply(HttpStatusCode Status, string Body, HttpResponseMessage Message)
{
    public JsonElement Json => JsonElement.Parse(Body);

    public string ETag => Message.Headers.ETag!.ToString();

    public static async Task<Reply> OfAsync(Task<HttpResponseMessage> sending)
    {
        var message = await sending;
        return new Reply(message.StatusCode, await message.Content.ReadAsStringAsync(), message);
    }

    public JsonElement EnsureOk()
    {
        Assert.True(Message.IsSuccessStatusCode, $"{(int)Status}: {Body}");
        return Body.Length == 0 ? default : Json;
    }

    public JsonElement ShouldBe(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)Status} instead of {(int)status}: {Body}");
        return Body.Length == 0 ? default : Json;
    }

    /// <summary>A problem of this status and code, in the form that every error has.</summary>
    public JsonElement ShouldRefuse(HttpStatusCode status, string code)
    {
        ShouldBe(status);
        Assert.Equal("application/problem+json", Message.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, Json.Text("code"));
        Assert.NotEqual("", Json.Text("detail"));
        Assert.NotEqual("", Json.Text("traceId"));
        return Json;
    }

    /// <summary>The places that a problem points at.</summary>
    public IReadOnlyList<string> Pointers => [.. Json.GetProperty("errors").EnumerateArray().Select(error => error.Text("pointer"))];
}
