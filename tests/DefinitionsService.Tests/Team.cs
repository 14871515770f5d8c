using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>One organization's member, who speaks to the service over HTTP.</summary>
internal sealed class Team(HttpClient client, string org)
{
    public string Org => org;

    private string Workflows => $"/v1/orgs/{org}/workflows";

    public Task<Reply> GetAsync(string path, string? ifNoneMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Under(path));
        if (ifNoneMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        }

        return Reply.OfAsync(client.SendAsync(request));
    }

    public Task<Reply> HeadAsync(string path) => Reply.OfAsync(client.SendAsync(new HttpRequestMessage(HttpMethod.Head, Under(path))));

    public Task<Reply> ApplyAsync(JsonObject document, string query = "", string? ifMatch = null, string? ifNoneMatch = null) =>
        PostAsync(query, document.ToJsonString(), "application/json", ifMatch, ifNoneMatch);

    public Task<Reply> ApplyAsync(string text, string contentType = "application/json") => PostAsync("", text, contentType);

    public Task<Reply> LintAsync(string text, string contentType = "application/json") => PostAsync("/lint", text, contentType);

    /// <summary>Posts to the workflows of the organization, or to a path of its own when it names a service root.</summary>
    public Task<Reply> PostAsync(string path, string text, string contentType, string? ifMatch = null, string? ifNoneMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Under(path)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (ifNoneMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        }

        return Reply.OfAsync(client.SendAsync(request));
    }

    // "~/…" is a path of the service; everything else lies under the organization's workflows.
    private string Under(string path) => path.StartsWith('~') ? path[1..] : Workflows + path;
}
