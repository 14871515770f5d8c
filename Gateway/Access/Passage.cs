using Switchyard.Gateway.Routes;
using Switchyard.Gateway.Tokens;

namespace Switchyard.Gateway.Access;

/// <summary>An admitted request: the row it entered by and the token it carried, if the row asks for one.</summary>
public sealed record Passage(GatewayRoute Row, OperatorToken? Token)
{
    public static Passage Of(HttpContext context) =>
        context.Features.Get<Passage>() ?? throw new InvalidOperationException("The request reached the proxy without passing admission.");
}
