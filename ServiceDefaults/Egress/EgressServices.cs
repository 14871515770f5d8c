using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Switchyard.ServiceDefaults.Egress;

/// <summary>Registers <see cref="EgressClient"/> with the policy of section <c>Egress</c>; calling it twice is harmless.</summary>
public static class EgressServices
{
    public static IHostApplicationBuilder AddEgress(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<EgressOptions>().BindConfiguration("Egress").ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EgressOptions>, EgressOptionsCheck>());
        builder.Services.TryAddSingleton(services => new EgressClient(services.GetRequiredService<IOptionsMonitor<EgressOptions>>()));
        return builder;
    }
}
