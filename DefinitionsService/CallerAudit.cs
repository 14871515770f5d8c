using System.Text.Json;
using Switchyard.Contracts.Json;
using Switchyard.ServiceDefaults;
using Switchyard.Storage.Audit;

namespace Switchyard.DefinitionsService;

/// <summary>Writes down who did something, the same way for every change of this service.</summary>
internal static class CallerAudit
{
    public static AuditEntry Entry<TDetail>(this Caller caller, string org, string action, string resource, TDetail detail) => new()
    {
        Org = org,
        Actor = caller.Subject,
        TokenId = caller.TokenId,
        Action = action,
        Resource = resource,
        DetailJson = JsonSerializer.Serialize(detail, WireJson.Options),
        Ip = caller.IpAddress,
    };
}
